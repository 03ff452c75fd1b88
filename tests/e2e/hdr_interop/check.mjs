// check.mjs HDR_TOOL NODE_MODULES: our histograms read by hdr-histogram-js and its histograms read by ours. Every number must agree exactly;
// exits 1 with the first difference of each part otherwise.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const [tool, modules] = process.argv.slice(2);
const hdr = createRequire(path.join(path.resolve(modules), "check.cjs"))("hdr-histogram-js");
const percentiles = [0, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100];

function run(command, input = "") {
  return execFileSync(tool, [command], { input, encoding: "utf8", maxBuffer: 1 << 28 });
}

function lines(text) {
  return text.split("\n").filter((line) => line !== "");
}

// The same words as summary() in hdr_tool.cpp, from the other implementation's own numbers.
function summary(histogram) {
  const values = percentiles.map((p) => (histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(p)));
  const buckets = [];
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i);
    if (count > 0) buckets.push(`${histogram.valueFromIndex(i)}:${count}`);
  }
  // Its maxValue is no use here: it adds the unit's mask to a value that has it already (Java's original combines the bits).
  const [min, max] = [values[0], values[values.length - 1]];
  return [`${histogram.totalCount} ${min} ${max} |`, ...values, "|", ...buckets].join(" ");
}

function decode(base64) {
  return hdr.decodeFromCompressedBase64(base64, 64);
}

// Small seeded generator (mulberry32), so that a failure can be repeated.
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomHistogram(seed, digits, lowest, values) {
  const random = generator(seed);
  const histogram = hdr.build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: lowest,
    highestTrackableValue: 3600000000,
    numberOfSignificantValueDigits: digits,
    useWebAssembly: false,
  });
  for (let i = 0; i < values; i++) {
    histogram.recordValueWithCount(Math.floor(Math.exp(random() * Math.log(3.6e9))), 1 + Math.floor(random() * 1e6));
  }
  return histogram;
}

function theirSamples() {
  const samples = [];
  for (const digits of [1, 2, 3, 4, 5]) {
    for (const lowest of [1, 1000]) {
      for (const values of [0, 1, 40, 3000]) {
        samples.push(randomHistogram(samples.length + 1, digits, lowest, values));
      }
    }
  }
  return samples;
}

function checkOursReadByThem() {
  const samples = lines(run("samples"));
  for (const line of samples) {
    const [base64, ours] = line.split("\t");
    assert.equal(summary(decode(base64)), ours);
  }
  return samples.length;
}

function checkTheirsReadByUs() {
  const encoded = theirSamples().map((histogram) => hdr.encodeIntoCompressedBase64(histogram));
  const ours = lines(run("describe", encoded.join("\n") + "\n"));
  assert.equal(ours.length, encoded.length);
  encoded.forEach((base64, i) => assert.equal(ours[i], summary(decode(base64))));
  return encoded.length;
}

function describeLog(text) {
  const reader = new hdr.HistogramLogReader(text, 64);
  const described = [];
  for (let histogram = reader.nextIntervalHistogram(); histogram !== null; histogram = reader.nextIntervalHistogram()) {
    const tag = histogram.tag === hdr.NO_TAG || histogram.tag === "NO TAG" ? "" : histogram.tag;
    const start = Math.round(histogram.startTimeStampMsec);
    const length = Math.round(histogram.endTimeStampMsec - histogram.startTimeStampMsec);
    described.push([tag, start, length, summary(histogram)].join("\t"));
  }
  return described;
}

function checkOurLogReadByThem() {
  const log = run("sample-log");
  const theirs = describeLog(log);
  assert.deepEqual(theirs, lines(run("describe-log", log)));
  assert.equal(theirs.length, 12);
  return theirs.length;
}

function checkTheirLogReadByUs() {
  let log = "";
  const writer = new hdr.HistogramLogWriter((text) => { log += text; });
  const start = 1700000000250;
  writer.outputLogFormatVersion();
  writer.outputStartTime(start);
  writer.outputLegend();
  for (let i = 0; i < 10; i++) {
    const histogram = randomHistogram(100 + i, 3, 1, 60 * i);
    if (i % 2 === 1) histogram.tag = `arm-${i}`;
    writer.outputIntervalHistogram(histogram, start / 1000 + i, start / 1000 + i + 1.5);
  }
  const theirs = describeLog(log);
  assert.equal(theirs.length, 10);
  assert.deepEqual(lines(run("describe-log", log)), theirs);
  return theirs.length;
}

const checks = { checkOursReadByThem, checkTheirsReadByUs, checkOurLogReadByThem, checkTheirLogReadByUs };
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    console.log(`${name}: ${check()} agree`);
  } catch (error) {
    failed += 1;
    console.log(`${name}: ${error.message.slice(0, 2000)}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
