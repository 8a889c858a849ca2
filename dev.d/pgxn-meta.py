#!/usr/bin/env python3
"""pgxn-meta.py ARCHIVE: whether a PGXN archive is what https://pgxn.org/meta/spec.txt wants. Says what is wrong."""
import json
import re
import sys
import zipfile

LICENSES = {"agpl_3", "apache_1_1", "apache_2_0", "artistic_1", "artistic_2", "bsd", "freebsd", "gfdl_1_2", "gfdl_1_3", "gpl_1", "gpl_2",
            "gpl_3", "lgpl_2_1", "lgpl_3_0", "mit", "mozilla_1_0", "mozilla_1_1", "open_source", "openssl", "perl_5", "postgresql",
            "qpl_1_0", "restricted", "ssleay", "sun", "unrestricted", "unknown", "zlib"}
KNOWN = {"abstract", "description", "generated_by", "license", "maintainer", "meta-spec", "name", "no_index", "prereqs", "provides",
         "release_status", "resources", "tags", "version"}
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[A-Za-z][0-9A-Za-z-]*)?$")
wrong = []


def need(holds, what):
    if not holds:
        wrong.append(what)


def text(value):
    return isinstance(value, str) and value != ""


def a_range(value):
    return value == 0 or text(value) and all(SEMANTIC.match(re.sub(r"^(>=|<=|==|!=|<|>) *", "", part.strip())) for part in value.split(","))


archive = zipfile.ZipFile(sys.argv[1])
names = set(archive.namelist())
prefix = sys.argv[1].rsplit("/", 1)[-1].removesuffix(".zip") + "/"
need(all(name.startswith(prefix) for name in names), f"a file is not below {prefix}")
meta = json.loads(archive.read(prefix + "META.json"))

for key in ("name", "version", "abstract", "maintainer", "license", "provides", "meta-spec"):
    need(key in meta, f"{key} is missing")
need(all(key in KNOWN or re.match("[xX]_", key) for key in meta), "a key is unknown")
need(re.match(r"[^\s/\\\0-\x1f\x7f]{2,}$", meta["name"]), "name")
need(SEMANTIC.match(meta["version"]), "version")
need(prefix == f"{meta['name']}-{meta['version']}/", "name and version are not those of the archive")
need(text(meta["abstract"]), "abstract")
need(text(meta["maintainer"]) or meta["maintainer"] and all(map(text, meta["maintainer"])), "maintainer")
need(meta["license"] in LICENSES, "license")
need(meta["meta-spec"].get("version") == "1.0.0", "meta-spec")
need(all(map(text, meta.get("tags", []))), "tags")
for name, provided in meta["provides"].items():
    need(SEMANTIC.match(provided["version"]), f"version of {name}")
    for key in ("file", "docfile"):
        need(prefix + provided[key] in names, f"{key} of {name} is not in the archive")
for phase, relations in meta.get("prereqs", {}).items():
    need(phase in ("configure", "build", "test", "runtime", "develop"), f"phase {phase}")
    for relation, wanted in relations.items():
        need(relation in ("requires", "recommends", "suggests", "conflicts"), f"relation {relation}")
        need(all(map(a_range, wanted.values())), f"a version that {phase} {relation}")

sys.exit("META.json: " + "; ".join(wrong) if wrong else 0)
