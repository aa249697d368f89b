#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a page or a trace shows, held against the sidecars it was made of.

pages.py names FOLDER TEST...       the folder has the sidecars of these tests
pages.py page DOM FOLDER TEST       a browser's DOM of the page that shows TEST
pages.py trace TRACE FOLDER         a trace of all sidecars in the folder
pages.py schema SCHEMA FOLDER       all sidecars in the folder, by their schema
pages.py rename SIDECAR COMM        the sidecar, with each task so named
pages.py narrow PAGE                a page that shows PAGE on a phone
pages.py fits DOM                   a browser's DOM of that: does it fit?
"""
import html
import json
import os
import re
import sys
from html.parser import HTMLParser

SUFFIX = ".ktstr.json"


def sidecars(folder):
    """The sidecars of a folder, by test."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(SUFFIX):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                run = json.load(f)
            assert name == run["test"] + SUFFIX, name
            found[run["test"]] = run
    return found


def known(values):
    """Those that were read."""
    return [v for v in values if v is not None]


def same(what, shown, said):
    """Ends the program where a page says something else than the sidecar."""
    if shown != said:
        sys.exit(f"{what}: shown {shown!r}, the sidecar says {said!r}")


class Page(HTMLParser):
    """The elements that the page's script has made."""

    def __init__(self):
        super().__init__()
        self.plot = None
        self.plots = {}
        self.ready = None
        self.runs = None
        self.texts = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "svg":
            self.plot = attrs.get("data-plot")
            self.plots[self.plot] = []
        elif tag == "body":
            self.ready = attrs.get("data-ready")
        elif "data-runs" in attrs:
            self.runs = int(attrs["data-runs"])
        elif self.plot:
            self.plots[self.plot].append((tag, attrs))

    def handle_endtag(self, tag):
        if tag == "svg":
            self.plot = None

    def handle_data(self, data):
        self.texts.append(data)


def rates(times, counts):
    """Growth a second from one sample to the next, where that is known."""
    return [(b - a) * 1e6 / (t1 - t0) for a, b, t0, t1 in
            zip(counts, counts[1:], times, times[1:])
            if a is not None and b is not None and b >= a]


def look_at_rows(page, plot, key, monitor):
    """A row for each CPU, with as many samples, as high, and really drawn."""
    rows = [a for tag, a in page.plots[plot]
            if tag == "g" and "data-cpu" in a]
    same(f"{plot}: CPUs", [int(r["data-cpu"]) for r in rows],
         [c["cpu"] for c in monitor["cpus"]])
    for row, cpu in zip(rows, monitor["cpus"]):
        values = known(cpu[key])
        same(f"{plot}: samples of CPU {cpu['cpu']}",
             int(row["data-samples"]), len(values))
        same(f"{plot}: most on CPU {cpu['cpu']}", int(row["data-max"]),
             max(values))
    drawn = [a["d"] for tag, a in page.plots[plot]
             if tag == "path" and "data-idles" not in a]
    assert sum(d.count("M") for d in drawn) >= sum(
        1 for c in monitor["cpus"] if max(known(c[key])) > 0), plot


def look_at_line(page, plot, values):
    """One line with as many points, which ends where the data does."""
    line = [a for tag, a in page.plots[plot] if "data-line" in a][0]
    same(f"{plot}: points", int(line["data-points"]), len(values))
    same(f"{plot}: segments", line["d"].count("H"), len(values))
    assert abs(float(line["data-last"]) - values[-1]) < 1e-6, plot


def look_at_page(dom, folder, test):
    """The page that shows @test."""
    runs = sidecars(folder)
    monitor = runs[test]["monitor"]
    page = Page()
    with open(dom, encoding="utf-8") as f:
        page.feed(f.read())
    text = "\n".join(page.texts)

    assert page.ready, "the script did not come to its end"
    if int(page.ready) > 1:
        same("runs in the list", page.runs, int(page.ready))
        assert re.search(r"\d+ runs: \d+ (pass|fail|skip)", text), "no counts"
    assert len(monitor["time_us"]) > 10, "the run has no samples"
    look_at_rows(page, "run-queues", "nr_running", monitor)
    if "dsq" in page.plots:
        look_at_rows(page, "dsq", "dsq_depth", monitor)
    same("events", sorted(p[6:] for p in page.plots
                          if p.startswith("event:")),
         sorted(n for n, c in monitor["events"].items()
                if any(v > 0 for v in known(c))))
    for plot in page.plots:
        if plot.startswith("event:"):
            look_at_line(page, plot, rates(monitor["time_us"],
                                           monitor["events"][plot[6:]]))
    same("phases", [a["data-phase"] for tag, a in page.plots["phases"]
                    if "data-phase" in a],
         [p["name"] for p, following in
          zip(monitor["phases"], monitor["phases"][1:] + [None])
          if not following or following["start_us"] > p["start_us"]])
    for alarm in monitor["alarms"]:
        assert alarm["text"] in text, alarm["text"]
    for dump in monitor["dumps"]:
        assert dump["text"].strip()[:200] in text, dump["what"]
    for worker in runs[test]["workers"]:
        assert f"{worker['cpu_ns'] / 1e6:.1f}" in page.texts, worker
    if "stall" in test:
        assert monitor["alarms"], "the stall was not seen"
        assert any("data-idles" in a or "data-stands" in a
                   for _, a in page.plots["run-queues"]), "no stall marked"


def look_at_trace(trace, folder):
    """A process for each run, its counters with each value of the sidecar."""
    with open(trace, encoding="utf-8") as f:
        events = json.load(f)["traceEvents"]
    runs = sidecars(folder)
    names = {e["args"]["name"]: e["pid"] for e in events
             if e["name"] == "process_name"}
    same("runs", sorted(names),
         sorted(f"{r['test']}: {r['result']}" for r in runs.values()))
    for run in runs.values():
        pid = names[f"{run['test']}: {run['result']}"]
        monitor = run["monitor"]
        base = min([0] + known(monitor["time_us"]) +
                   [p["start_us"] for p in monitor["phases"]] +
                   [m["time_us"] for m in monitor["marks"]] +
                   [a["since_us"] for a in monitor["alarms"]])
        for cpu in monitor["cpus"]:
            shown = [(e["ts"], e["args"]["tasks"]) for e in events
                     if e["pid"] == pid and e["ph"] == "C" and
                     e["name"] == f"CPU {cpu['cpu']} nr_running"]
            same("nr_running", shown,
                 [(t - base, v) for t, v in zip(monitor["time_us"],
                                                cpu["nr_running"])
                  if v is not None])
        assert all(e["ts"] >= 0 for e in events if "ts" in e), "before 0"
        slices = [e for e in events if e["pid"] == pid and e["ph"] == "X"]
        assert all(e["dur"] > 0 for e in slices), "a slice of no length"
        for alarm in monitor["alarms"]:
            assert alarm["text"] in [e["name"] for e in slices], alarm
        for phase in monitor["phases"]:
            assert phase["name"] in [e["name"] for e in slices], phase
        assert any(re.search(r"\[\d+\]$", e["name"]) for e in slices), \
            "no task was seen on any CPU"


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "null": type(None), "integer": int, "number": (int, float)}


def is_of(value, name):
    """Has it the type that a schema so calls? true is no number."""
    return isinstance(value, TYPES[name]) and not (
        isinstance(value, bool) and name in ("integer", "number"))


def members(schema, value, where):
    """Pairs of a schema and what it is for, with its place, within a value."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield schema.get("items", {}), item, f"{where}[{i}]"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (schema.get("properties", {}).get(
                key, schema.get("additionalProperties", {})),
                   item, f"{where}.{key}")


def complaint(top, schema, value, where):
    """What is wrong with a value, by as much of JSON Schema as ours has."""
    if schema is False:
        return f"{where} is not in the schema"
    unknown = set(schema) - {
        "$schema", "$comment", "$defs", "$ref", "title", "description", "type",
        "const", "enum", "properties", "required", "additionalProperties",
        "items", "dependentRequired"}
    assert not unknown, f"the schema has {unknown}, which nobody checks here"
    if "$ref" in schema:
        schema = top["$defs"][schema["$ref"].split("/")[-1]]
    types = schema.get("type", list(TYPES))
    types = types if isinstance(types, list) else [types]
    if not any(is_of(value, t) for t in types):
        return f"{where} is {value!r:.80}, and no {' or '.join(types)}"
    if value not in schema.get("enum", [schema.get("const", value)]):
        return f"{where} is {value!r:.80}"
    if isinstance(value, dict):
        wanted = schema.get("required", []) + [
            name for key, names in schema.get("dependentRequired", {}).items()
            if key in value for name in names]
        for name in wanted:
            if name not in value:
                return f"{where} has no {name}"
    for inner, item, place in members(schema, value, where):
        wrong = complaint(top, inner, item, place)
        if wrong:
            return wrong
    return None


def look_at_schema(path, folder):
    """Each sidecar is as the schema has it; by python3-jsonschema, too."""
    with open(path, encoding="utf-8") as f:
        schema = json.load(f)
    for name, run in sidecars(folder).items():
        wrong = complaint(schema, schema, run, name)
        if wrong:
            sys.exit(wrong)
        # One that breaks it is found.
        run["monitor"]["marks"][0]["ops"] = 0
        assert complaint(schema, schema, run, name), "anything goes"
        del run["monitor"]["marks"][0]["ops"]
        run["cgroups"].append({"name": "x", "spread_pct": "1"})
        assert complaint(schema, schema, run, name), "anything goes"
        run["cgroups"].pop()
    try:
        import jsonschema
    except ImportError:
        return
    jsonschema.Draft202012Validator.check_schema(schema)
    for run in sidecars(folder).values():
        jsonschema.validate(run, schema)


def rename(path, comm):
    """A sidecar whose tasks all have one name."""
    with open(path, encoding="utf-8") as f:
        run = json.load(f)
    for cpu in run["monitor"]["cpus"]:
        cpu["curr_comm"] = [c and comm for c in cpu["curr_comm"]]
    run["reason"] = comm
    json.dump(run, sys.stdout, separators=(",", ":"))


# A browser's own window is 500 pixels wide at the least.
NARROW = """<!DOCTYPE html>
<html><body><iframe width="360" height="2000" srcdoc="%s"></iframe><script>
addEventListener("load", () => {
	const page = document.querySelector("iframe").contentDocument;
	const all = page.documentElement;

	document.body.dataset.runs = page.body.dataset.ready;
	document.body.dataset.wide = all.scrollWidth;
	document.body.dataset.room = all.clientWidth;
});
</script></body></html>"""


def narrow(path):
    """A page in a frame as wide as a phone."""
    with open(path, encoding="utf-8") as f:
        print(NARROW % html.escape(f.read()))


def fits(path):
    """What the frame has said: nothing to scroll to the side for."""
    with open(path, encoding="utf-8") as f:
        said = dict(re.findall(r'data-(runs|wide|room)="(\d+)"', f.read()))
    if int(said.get("runs", 0)) < 1:
        sys.exit("the page shows no run")
    if int(said["wide"]) > int(said["room"]):
        sys.exit("%(wide)s pixels wide where there are %(room)s" % said)


def main():
    """See above."""
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "names":
        same("tests", sorted(sidecars(rest[0])), sorted(rest[1:]))
        for run in sidecars(rest[0]).values():
            same(run["test"], run["result"], "pass")
    elif what == "page":
        look_at_page(*rest)
    elif what == "trace":
        look_at_trace(*rest)
    elif what == "schema":
        look_at_schema(*rest)
    elif what == "rename":
        rename(*rest)
    elif what == "narrow":
        narrow(*rest)
    elif what == "fits":
        fits(*rest)
    else:
        sys.exit(__doc__)


main()
