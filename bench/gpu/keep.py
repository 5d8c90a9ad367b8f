"""./dev gpu keep DIR [--into FOLDER]: puts what a run left in DIR where it belongs.

Results go to bench/results (or FOLDER): NAME-cuda.json for each network, ladder.json and choice.json; those of a
rehearsal go nowhere unless FOLDER is given. The tries of DIR are added to done.jsonl beside the programs, for
`./dev gpu run --rest`. Printed: hashes beside the CPU's, and every figure beside its prediction. Exit status: 0, 1 where
a result is wrong, 2 usage.
"""
import argparse
import json
import pathlib
import sys

import results


def main(words):
    parser = argparse.ArgumentParser(prog="./dev gpu keep", usage=__doc__, add_help=False)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--into", type=pathlib.Path)
    arguments = parser.parse_args(words)
    lines = arguments.folder / "stages.jsonl"
    if not lines.exists():
        print(f"dev gpu keep: {lines} does not exist: is {arguments.folder} the --out of a run?", file=sys.stderr)
        return 2
    into = arguments.into or results.KEPT
    into.mkdir(parents=True, exist_ok=True)

    latest = {entry["name"]: entry for entry in results.read_lines(arguments.folder / "results.jsonl")}
    faults, found = 0, {}
    for name, entry in latest.items():
        kind, result = entry["kind"], entry["result"]
        fault = results.wrong(kind, result)
        said = fault
        if kind == "gtest":
            said = said or f"{result['tests']} tests, {len(result['failed'])} failed"
            faults += bool(fault or result["failed"])
        else:
            said = said or (results.hash_against_cpu(result)[0] if kind == "bench" else "one hash on every rung")
            faults += bool(fault)
        found.update(results.figures(name, kind, result))
        if kind != "gtest" and (arguments.into or not entry["rehearsal"]):
            path = into / (f"{name}-cuda.json" if kind == "bench" else f"{name}.json")
            path.write_text(json.dumps(result, indent=2) + "\n")
            said += f" -> {path}"
        print(f"{name:24}{'WRONG: ' if fault else ''}{said}")
    rehearsal = any(entry["rehearsal"] for entry in latest.values())
    print("\n".join([""] + results.figure_lines(found, rehearsal)))

    merged = results.tries(results.done(), lines)
    results.done().parent.mkdir(parents=True, exist_ok=True)
    results.done().write_text("".join(json.dumps(entry) + "\n" for entry in merged))
    finished = {entry["step"] for entry in merged if results.ended_well(entry)}
    failed = {entry["step"] for entry in merged} - finished
    print(f"\n{results.done()}: {len(finished)} steps are done, {len(failed)} failed {' '.join(sorted(failed))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
