"""All nasty inputs, by theme."""

from tests.nasty import archives, arrays, cells, headers, json_lines, observed, paths, pmfs, samples, sizes, texts

THEMES = {
    "texts": texts, "headers": headers, "cells": cells, "observed": observed, "archives": archives, "arrays": arrays,
    "json_lines": json_lines, "samples": samples, "pmfs": pmfs, "paths": paths, "sizes": sizes,
}  # fmt: skip
CASES = [case for theme in THEMES.values() for case in theme.CASES]
