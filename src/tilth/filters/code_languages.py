"""Which language a file is in, by its name, and how that language writes comments and strings."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tilth.kernels.code_comments import Syntax

_SLASHES = ("//",)
_STARS = ("/*", "*/")
_C = Syntax(_SLASHES, _STARS, '"c', with_break=True, to_the_end=True)
_SCRIPT = Syntax(_SLASHES, _STARS, "\"'`", regex=True)
_HASH, _HASH_AT_WORD, _SEMICOLON = Syntax(("#",)), Syntax(("#",), word_start=True), Syntax((";",), ("#|", "|#"), '"', nested=True)
_MARKUP = Syntax((), ("<!--", "-->"), "")

SYNTAXES: dict[str, Syntax] = {
    "c": _C, "c++": _C, "c#": _C, "objective-c": _C, "cuda": _C, "java": Syntax(_SLASHES, _STARS, 't"c'),
    "javascript": _SCRIPT, "typescript": _SCRIPT, "go": Syntax(_SLASHES, _STARS, '"c`'),
    "rust": Syntax(_SLASHES, _STARS, '"c', nested=True, with_break=True, to_the_end=True),
    "swift": Syntax(_SLASHES, _STARS, 't"', nested=True, to_the_end=True), "kotlin": Syntax(_SLASHES, _STARS, 't"c', nested=True),
    "scala": Syntax(_SLASHES, _STARS, 't"c', nested=True, with_break=True, to_the_end=True), "dart": Syntax(_SLASHES, _STARS, nested=True),
    "groovy": Syntax(_SLASHES, _STARS), "php": Syntax(("//", "#"), _STARS, with_break=True), "css": Syntax((), _STARS),
    "scss": Syntax(_SLASHES, _STARS), "ruby": _HASH, "perl": _HASH_AT_WORD, "r": _HASH, "toml": _HASH, "yaml": _HASH_AT_WORD,
    "shell": Syntax(("#",), word_start=True, with_break=True),
    "julia": Syntax(("#",), ("#=", "=#"), 't"c', nested=True), "elixir": Syntax(("#",), None, 't"'),
    "powershell": Syntax(("#",), ("<#", "#>"), escapes=False),
    "makefile": Syntax(("#",), None, ""), "dockerfile": Syntax(("#",), None, "", word_start=True), "cmake": Syntax(("#",), None, '"'),
    "lua": Syntax(("--",), ("--[[", "]]")), "sql": Syntax(("--",), _STARS, "\"'", escapes=False, with_break=True),
    "haskell": Syntax(("--",), ("{-", "-}"), '"c', nested=True), "ada": Syntax(("--",), None, '"', escapes=False, with_break=True),
    "lisp": _SEMICOLON, "clojure": Syntax((";",), None, '"'), "scheme": _SEMICOLON, "ocaml": Syntax((), ("(*", "*)"), '"c', nested=True),
    "f#": Syntax(_SLASHES, ("(*", "*)"), 't"c'), "pascal": Syntax(_SLASHES, ("{", "}"), "'", escapes=False),
    "erlang": Syntax(("%",), None, "\"'"), "tex": Syntax(("%",), None, ""), "matlab": Syntax(("%",), ("%{", "%}"), '"', escapes=False),
    "fortran": Syntax(("!",), escapes=False), "visual-basic": Syntax(("'",), None, '"', escapes=False),
    "assembly": Syntax((";",), _STARS), "html": _MARKUP, "xml": _MARKUP,
}

_EXTENSIONS = {
    "python": "py pyw pyi bzl gyp lmi pyde pyp pyt tac wsgi xpy", "c": "c h cats idc", "objective-c": "m mm", "cuda": "cu cuh",
    "c++": "cpp c++ cc cp cxx h++ hh hpp hxx inl ipp tcc tpp", "c#": "cs csx cake", "java": "java",
    "javascript": "js mjs cjs jsx _js bones es6 jake jsb jscad jsfl jsm jss njs pac sjs ssjs xsjs xsjslib", "typescript": "ts tsx mts cts",
    "go": "go", "rust": "rs", "swift": "swift", "kotlin": "kt kts ktm", "scala": "scala sbt", "dart": "dart", "groovy": "groovy gradle",
    "php": "php php3 php4 php5 phps phpt", "css": "css", "scss": "scss less", "ruby": "rb gemspec rake ru podspec", "perl": "pl pm perl t",
    "shell": "sh bash zsh ksh bats", "r": "r", "julia": "jl", "elixir": "ex exs", "powershell": "ps1 psm1 psd1", "yaml": "yml yaml",
    "toml": "toml", "makefile": "mk mak makefile gnumakefile", "dockerfile": "dockerfile", "cmake": "cmake", "lua": "lua",
    "sql": "sql ddl plsql", "haskell": "hs", "ada": "ada adb ads", "lisp": "lisp lsp cl el", "clojure": "clj cljs cljc",
    "scheme": "scm ss rkt", "ocaml": "ml mli", "f#": "fs fsx fsi", "pascal": "pas dpr", "erlang": "erl hrl", "tex": "tex sty ltx cls",
    "matlab": "matlab", "fortran": "f90 f95 f03 f08 f for f77", "visual-basic": "vb bas vbs vba", "assembly": "asm nasm s",
    "html": "html htm xhtml xht htmlhl", "xml": "xml xsd xsl xslt svg plist rss", "json": "json geojson topojson",
    "markdown": "md markdown",
}
_OTHER_NAMES = {"cpp": "c++", "csharp": "c#", "c-sharp": "c#", "golang": "go", "bash": "shell", "fsharp": "f#", "f-sharp": "f#"}
_LANGUAGES = {extension: name for name, extensions in _EXTENSIONS.items() for extension in extensions.split()}
_LANGUAGES |= {name: name for name in _EXTENSIONS} | _OTHER_NAMES

NAMES = tuple(SYNTAXES)


def languages(paths: pa.Array) -> pa.Array:
    """Return the language that each path, extension or name of a language speaks of, large_string; "" where it is none that is known.

    >>> languages(pa.array(["src/a.PY", "b/Makefile", "d.tar.js:0", "C++", "notes", None])).to_pylist()
    ['python', 'makefile', 'javascript', 'c++', '', '']
    """
    text = paths.cast(pa.large_string()) if paths.type != pa.large_string() else paths
    name = pc.replace_substring_regex(pc.utf8_lower(text), r"(?s)^.*[/\\]", "")
    ends = pc.replace_substring_regex(pc.replace_substring_regex(name, r":\d+$", ""), r"(?s)^.*\.", "")
    encoded = pc.fill_null(ends, "").dictionary_encode()
    known = pa.array([_LANGUAGES.get(extension, "") for extension in encoded.dictionary.to_pylist()], pa.large_string())
    return known.take(encoded.indices)
