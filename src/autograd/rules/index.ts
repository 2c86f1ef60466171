/** @file All gradient rules, in one table. */
import { define_rules } from "../tape";
import { elementwise } from "./elementwise";
import { gather } from "./gather";
import { linear } from "./linear";
import { movement } from "./movement";
import { recurrent } from "./recurrent";

define_rules({ ...elementwise, ...gather, ...linear, ...movement, ...recurrent });
