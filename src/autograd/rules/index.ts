/** @file All gradient rules, in one table. */
import { define_rules } from "../tape";
import { elementwise } from "./elementwise";
import { movement } from "./movement";

define_rules({ ...elementwise, ...movement });
