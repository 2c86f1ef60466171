/** @file All gradient rules, in one table. */
import { define_rules, keep_layout } from "../tape";
import { activation } from "./activation";
import { compiled } from "./compiled";
import { convolution } from "./convolution";
import { crf } from "./crf";
import { ctc } from "./ctc";
import { decomposition } from "./decomposition";
import { dropout } from "./dropout";
import { elementwise } from "./elementwise";
import { gather } from "./gather";
import { linalg } from "./linalg";
import { linear } from "./linear";
import { loss } from "./loss";
import { movement } from "./movement";
import { normalization } from "./normalization";
import { random } from "./random";
import { recurrent } from "./recurrent";
import { reduce } from "./reduce";
import { segment_rules } from "./segment";
import { special } from "./special";
import { unary } from "./unary";

define_rules({
  ...activation,
  ...compiled,
  ...convolution,
  ...crf,
  ...ctc,
  ...decomposition,
  ...dropout,
  ...elementwise,
  ...gather,
  ...linalg,
  ...linear,
  ...loss,
  ...movement,
  ...normalization,
  ...random,
  ...recurrent,
  ...reduce,
  ...segment_rules,
  ...special,
  ...unary,
});

keep_layout(elementwise, unary);
