/** @file Which TensorFlow wheel each platform takes, pinned by the SHA-256 of its file. */
import { SetupError } from "./console.mjs";

export const tensorflowVersion = "2.21.0";

/**
 * The wheel is fetched for one Python version whatever Python is installed: only its C++ libraries and headers are used,
 * and those are the same in every wheel of a platform.
 */
const wheels = {
  "linux-x64-cpu": {
    package: "tensorflow-cpu",
    tag: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    megabytes: 274,
  },
  "linux-x64-gpu": {
    package: "tensorflow",
    tag: "manylinux_2_27_x86_64",
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    megabytes: 572,
    cuda: true,
  },
  "linux-arm64-cpu": {
    package: "tensorflow",
    tag: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    megabytes: 260,
  },
  "darwin-arm64-cpu": {
    package: "tensorflow",
    tag: "macosx_12_0_arm64",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    megabytes: 230,
  },
};

/**
 * The wheel for this machine.
 * @param variant "cpu" or "gpu"
 * @throws SetupError where there is none
 */
export function wheelFor(variant, platform = process.platform, arch = process.arch) {
  const wheel = wheels[`${platform}-${arch}-${variant}`];
  if (!wheel) {
    const advice =
      variant === "gpu"
        ? ["take the CPU instead: npm run setup -- --cpu"]
        : ["use Linux on x64: another machine, a container, or WSL 2 on Windows"];
    throw new SetupError(
      `there is no TensorFlow ${tensorflowVersion} for ${platform} ${arch} (${variant})`,
      advice,
    );
  }
  const file = `${wheel.package.replaceAll("-", "_")}-${tensorflowVersion}-cp311-cp311-${wheel.tag}.whl`;
  return { ...wheel, file, requirement: `${wheel.package}==${tensorflowVersion}` };
}
