#include "cli/output_spec.h"

#include <doctest/doctest.h>

#include <filesystem>

using relaybench::cli::OutputFormat;
using relaybench::cli::parse_outputs;

TEST_CASE("outputs: formats and paths, repeatable") {
    const auto outputs = parse_outputs({"json=/tmp/a.json", "csv=/tmp/a.csv", "hlog=/tmp/a.hlog"});
    REQUIRE(outputs);
    REQUIRE(outputs->size() == 3);
    CHECK(outputs->at(1).format == OutputFormat::Csv);
    CHECK(outputs->at(2).path == "/tmp/a.hlog");
}

TEST_CASE("outputs: - is standard output for every format, once") {
    for (const char* text : {"json=-", "csv=-", "hlog=-"}) {
        const auto outputs = parse_outputs({text, "json=/tmp/beside.json"});
        REQUIRE(outputs);
        CHECK(outputs->front().to_stdout());
        CHECK(take_stdout(*outputs));
    }
    CHECK_FALSE(take_stdout(*parse_outputs({"json=./-"})));
    const auto twice = parse_outputs({"json=-", "csv=-"});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().message == "--out: \"-\" is named twice; standard output takes one document");
}

TEST_CASE("outputs: what is wrong is told before a run, all at once") {
    const auto outputs = parse_outputs(
        {"result.json", "jsn=/tmp/x", "json=", "json=/nowhere/at/all/x.json", "csv=/tmp/same", "json=/tmp/same", "json=/tmp"});
    REQUIRE_FALSE(outputs);
    CHECK(outputs.error().message ==
          "--out \"result.json\": want FORMAT=PATH with FORMAT json, csv or hlog, such as json=result.json\n"
          "--out \"jsn=/tmp/x\": unknown format \"jsn\" (did you mean \"json\"?); known: json, csv, hlog\n"
          "--out \"json=\": want FORMAT=PATH with FORMAT json, csv or hlog, such as json=result.json\n"
          "--out: the folder \"/nowhere/at/all\" of \"/nowhere/at/all/x.json\" does not exist\n"
          "--out: \"/tmp/same\" is named twice\n"
          "--out: \"/tmp\" is a folder; name a file in it");
}
