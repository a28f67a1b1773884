"""Source files that probe every rule and every way to write a comment; all written or generated here. Names are `what.extension`."""

from __future__ import annotations

from collections.abc import Iterator

from prose import lines, prose, sentence

Cases = Iterator[tuple[str, str]]

SLASHES = ("c", "cpp", "java", "js", "ts", "go", "rs", "swift", "kt", "scala", "cs")
HASHES = ("py", "sh", "rb", "pl", "r")

FUNCTION = {
    "c": "static int {0}(int left, int right) {{\n    int total = left * {1} + right;\n    return total > 10 ? total : left;\n}}\n",
    "cpp": "template <class T> T {0}(T left, T right) {{\n    auto total = left * {1} + right;\n    return total;\n}}\n",
    "java": "    public int {0}(int left, int right) {{\n        final int total = left * {1} + right;\n        return total;\n    }}\n",
    "js": "export function {0}(left, right) {{\n  const total = left * {1} + right / 2;\n  return total > 10 ? total : left;\n}}\n",
    "ts": "export function {0}(left: number, right: number): number {{\n  const total = left * {1} + right / 2;\n  return total;\n}}\n",
    "go": "func {0}(left int, right int) int {{\n\ttotal := left*{1} + right\n\treturn total\n}}\n",
    "rs": "fn {0}<'a>(left: &'a i32, right: i32) -> i32 {{\n    let total = left * {1} + right;\n    total\n}}\n",
    "swift": "func {0}(left: Int, right: Int) -> Int {{\n    let total = left * {1} + right\n    return total\n}}\n",
    "kt": "fun {0}(left: Int, right: Int): Int {{\n    val total = left * {1} + right\n    return total\n}}\n",
    "scala": "def {0}(left: Int, right: Int): Int = {{\n  val total = left * {1} + right\n  total\n}}\n",
    "cs": "    public int {0}(int left, int right) {{\n        var total = left * {1} + right;\n        return total;\n    }}\n",
    "py": "def {0}(left, right=({1}, 2)):\n    total = left * {1} + right[0]\n    return total if total > 10 else left\n",
    "sh": "{0}() {{\n    local total=$(( $1 * {1} + $2 ))\n    echo \"$total\"\n}}\n",
    "rb": "def {0}(left, right)\n  total = left * {1} + right\n  total > 10 ? total : left\nend\n",
    "pl": "sub {0} {{\n    my ($left, $right) = @_;\n    return $left * {1} + $right;\n}}\n",
    "r": "{0} <- function(left, right) {{\n  total <- left * {1} + right\n  return(total)\n}}\n",
}


def program(extension: str, functions: int, comments: int, block: bool = False, start: int = 0) -> str:
    """Return functions, before each of which stand `comments` lines of comment, or one block of them."""
    mark, out = "//" if extension in SLASHES else "#", list[str]()
    for at in range(start, start + functions):
        words = [sentence(5 + (at + i) % 5, 31 * at + i + 1) for i in range(comments)]
        if comments and block:
            out.append("/* " + "\n   ".join(words) + " */\n")
        else:
            out += [f"{mark} {text}\n" for text in words]
        out.append(FUNCTION[extension].format(f"step_{at}", at + 2) + "\n")
    return "".join(out)


def comment_shares() -> Cases:
    """Files with no comments, few, many, and nothing else."""
    for extension in (*SLASHES, *HASHES):
        for comments in (0, 1, 2, 5, 12):
            yield f"lines_{comments}.{extension}", program(extension, 6, comments)
        yield f"one_in_many.{extension}", program(extension, 20, 0) + program(extension, 1, 1, start=20)
        mark = "//" if extension in SLASHES else "#"
        yield f"only_comments.{extension}", "".join(f"{mark} {line}\n" for line in lines(12, 5))
        yield f"no_newline_at_end.{extension}", program(extension, 2, 1) + f"{mark} the end"
        yield f"returns.{extension}", program(extension, 4, 2).replace("\n", "\r\n")
        yield f"other_scripts.{extension}", program(extension, 3, 0) + f"{mark} вода, 水 und Öl 🌊\n"
    for extension in SLASHES:
        for comments in (1, 4, 9):
            yield f"block_{comments}.{extension}", program(extension, 6, comments, block=True)
        yield f"no_end.{extension}", program(extension, 3, 1) + "/* and so on\n" + program(extension, 1, 0, start=9)
        yield f"stars.{extension}", "/****\n * a box\n ****/\n" + program(extension, 4, 1) + "/**/ /***/\n"


STRINGS = {
    "c": 'const char *address = "http://mill.example/*no*/";\nchar quote = \'"\'; // one\nchar *pair = "\\"// no"; /* two */\n',
    "java": '    String address = "http://mill.example/*no*/";\n    char quote = \'"\'; // one\n    String pair = "\\"// no"; /* two */\n',
    "js": 'const address = "http://mill.example/*no*/";\nconst quote = \'"//\'; // one\nconst two = `// no ${address}`; /* two */\n',
    "go": 'address := "http://mill.example/*no*/"\nquote := \'"\' // one\nraw := `// no`\n/* two */\n',
    "rs": 'let address = "http://mill.example/*no*/";\nlet quote = \'"\'; // one\n/* two /* inner */ still */\n',
    "sh": 'address="http://mill.example/#top"\necho "${address#*/}" # one\necho \\# \'# no\' # two\n',
    "rb": 'address = "http://mill.example/#top"\nputs "#{address}" # one\nputs \'# no\', "\\"# no" # two\n',
    "py": 'address = "http://mill.example/#top"\nprint(f"{address}#", \'#\', r"\\#")  # one\nquote = """# no\n# no"""  # two\n',
    "kt": 'val address = "http://mill.example/*no*/"\nval quote = \'"\' // one\nval raw = """// no"""\n/* two /* inner */ */\n',
    "swift": 'let address = "http://mill.example/*no*/"\nlet quote = "\\"// no" // one\n/* two /* inner */ */\n',
    "xml": '<mill name="&lt;!-- no --&gt;">\n  <!-- one -->\n  <wheel turns="12" comment="<no>"/>\n  <!-- two\n lines -->\n</mill>\n',
}
REGEXES = (
    "const word = /[/\"']\\/\\*/g; // one\nconst half = total / 2 / 3; /* two */\n"
    "if (/^\\/\\//.test(word)) { run(); } // three\nreturn /x/;\n"
)


def strings() -> Cases:
    """Marks of comments inside strings, and quotes inside comments."""
    for extension, text in STRINGS.items():
        for copies in (1, 3, 8):
            yield f"strings_{copies}.{extension}", text * copies
        code = program(extension, 3, 1) if extension in FUNCTION else "<a/>\n" * 9
        yield f"strings_in_code.{extension}", code + text
    for copies in (1, 4):
        yield f"regexes_{copies}.js", REGEXES * copies
        yield f"apostrophes_{copies}.js", "// it's one\nlet a = 1; /* don't */\n" * copies
        yield f"apostrophes_{copies}.c", "// it's one\nint a = 1; /* don't */\n" * copies
        yield f"apostrophes_{copies}.java", "// it's one\nint a = 1; /* don't */\n" * copies
    yield "open_quote.c", 'int a = 1; // one\nputs("no end);\nint b = 2; // two\n'
    yield "open_quote.js", 'let a = 1; // one\nlet c = "no end;\nlet b = 2; // two\n'
    yield "open_quote.sh", "a=1 # one\necho 'no end\nb=2 # two\n"


PYTHON = {
    "module": '"""{0}"""\n\nimport math\n\nX = math.pi\n', "single_quotes": "'{0}'\nX = 1\n", "raw": 'r"""{0} \\d"""\nX = 1\n',
    "function": 'def run():\n    """{0}"""\n    return 1\n', "one_line": 'def run(): "{0}"\nX = 1\n',
    "class": 'class Mill:\n    """{0}\n\n    More of it.\n    """\n\n    def turn(self):\n        "{0}"\n',
    "async": 'async def run():\n    """{0}"""\n', "bytes": 'b"""{0}"""\nX = 1\n', "format": 'f"""{0}"""\nX = 1\n',
    "not_first": 'X = 1\n"""{0}"""\n', "expression": '"{0}".strip()\nX = 1\n',
    "after_comment": '#!/bin/python\n# note\n"""{0}"""\nX = 1\n',
    "nested": 'class A:\n    class B:\n        """{0}"""\n        def c(self):\n            """{0}"""\n',
    "annotated": 'def run(a: int = 3, *, b: dict = {{1: 2}}) -> "list[int]":\n    """{0}"""\n',
    "semicolon": '"{0}"; X = 1\n',
    "decorated": '@cached(size=3)\ndef run():\n    """{0}"""\n', "escapes": '"""{0}\\n\\ttabs\\x41\\u00e9 \\\\ \\q"""\nX = 1\n',
    "indented": 'def run():\n    """\n      {0}\n        deeper\n    back\n    """\n',
    "tabs": 'def run():\n\t"""{0}\n\tmore\n\t\tdeeper\n\t"""\n',
    "continued": 'X = 1 + \\\n    2  # {0}\n', "brackets": 'X = [  # {0}\n    1,  # two\n]\n', "lambda": 'run = lambda x: x  # {0}\n',
    "empty_docstring": 'def run():\n    """"""\n    return 1  # {0}\n',
    "blank_docstring": 'def run():\n    """   """\n    return 1  # {0}\n',
    "only_docstring": '"""{0}"""', "hashes": "### {0} ###\nX = 1  ## # {0}\n", "blank_comment": "#\nX = 1\n#  \n",
    "default_lambda": 'def run(key=lambda pair: pair[0]):\n    """{0}"""\n    return key\n',
    "numbers": "X = [0, 00, 1.05, .05, 0x1F, 1_000, 3j]  # {0}\n",
    "method_name": 'def print_all(print):\n    """{0}"""\n    print (1)\n',
    "typed": 'class A(B, metaclass=C):\n    x: int = 1\n    """{0}"""\n',
    "if_header": 'if True:\n    "{0}"\nelse:\n    X = 1\n', "concatenated_names": 'X = {{"a": "{0}"}}\ndef run() -> None: ...\n',
}
BROKEN = {
    "open_bracket": 'X = (1,\n# note\ndef run():\n    """doc"""\n',
    "open_string": 'X = """never\n# note\n', "open_quote": "X = 'never\n# note\n",
    "closing_bracket": "X = 1)\n# note\n", "old_print": "# note\nprint 'water'\n", "old_exec": "# note\nexec 'water'\n",
    "old_except": "# note\ntry:\n    run()\nexcept Flood, error:\n    pass\n", "old_raise": "# note\nraise Flood, 'high'\n",
    "old_number": "# note\nmode = 0755\n", "old_long": "# note\nsize = 10L\n", "old_unequal": "# note\nwet = 1 <> 2\n",
    "old_backquotes": "# note\ntext = `wet`\n", "old_string": "# note\ntext = ur'wet'\n",
}


def python() -> Cases:
    """Docstrings where Python has them and where it has none, comments, and what its grammar refuses."""
    for name, text in PYTHON.items():
        for size in (4, 12):
            yield f"{name}_{size}.py", text.format(sentence(size, size))
        yield f"{name}_long.py", text.format(sentence(9, 3)) + program("py", 5, 1)
        yield f"{name}_returns.py", text.format(sentence(7, 7)).replace("\n", "\r\n")
    for name, text in BROKEN.items():
        yield f"{name}.py", text
        yield f"{name}_long.py", program("py", 4, 1) + text


PAGE = "<!DOCTYPE html>\n<html>\n<head><title>{0}</title>\n<style>p {{ color: red }}</style>\n</head>\n<body>\n{1}\n</body>\n</html>\n"
MARKUP = {
    "paragraphs": "<p>{0}</p>\n<p>{1}</p>", "script": "<script>if (a < b) {{ run('<p>no</p>'); }}</script><p>{0}</p>",
    "comment": "<!-- {0} --><p>{1}</p><!-- <p>no</p> -->",
    "entities": "<p>{0} &amp; &lt;b&gt; &nbsp; &eacute;&#233;&#xe9; &unknown; AT&T a&b</p>",
    "blanks": "<ul>\n  <li>  {0}  </li>\n\n\n  <li>{1}</li>   \n</ul>", "pre": "<pre>\n  {0}\n\n    {1}\n</pre>  <textarea>   </textarea>",
    "template": "<template><p>{0}</p></template><p>{1}</p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    "void": "<p>{0}<br>{1}<br/><img src='a>b.png'><hr></p>",
    "attributes": "<div title=\"a > b\" data-x='<p>' hidden class=wide>{0}</div>", "nested": "<div><pre><b>{0}</div>   <p>{1}</p>",
    "unclosed": "<p>{0}<p>{1}<li>more", "case": "<P>{0}</P><SCRIPT>no()</SCRIPT ><Style>no</sTyLe>", "cdata": "<![CDATA[{0}]]><p>{1}</p>",
    "declaration": "<!ELEMENT a (b)><p>{0}</p><?php echo 1; ?>", "signs": "<p>1 < 2 && 3 > 2 {0}</p>",
    "empty_end": "</><p>{0}</p></nothing>",
    "inner_comment": "<p>{0}<!---->{1}<!-- a -- b --></p>",
    "conditional": "<!--[if IE]><p>no</p><![endif]--><![if !IE]><p>{0}</p><![endif]>",
    "self_closing": "<script src='a.js'/><p>{0}</p><div/>{1}",
}


def pages() -> Cases:
    """HTML with much visible text, little and none."""
    for name, text in MARKUP.items():
        for size in (3, 30):
            body = text.format(sentence(size, 11), sentence(size, 12))
            yield f"{name}_{size}.html", PAGE.format("Mill", body)
            yield f"{name}_bare_{size}.html", body
    for words in (14, 16, 18, 20, 40, 200):
        yield f"words_{words}.html", PAGE.format("Mill", f"<p>{prose(words)}</p>")
        cells = "".join(f"<div class='cell wide'><span>{word}</span></div>\n" for word in prose(words).split())
        yield f"divs_{words}.html", PAGE.format("Mill", cells)
    yield "cut_tag.html", "<p>" + sentence(30, 2) + "</p><a href='x"
    yield "cut_comment.html", "<p>" + sentence(30, 2) + "</p><!-- and so"
    yield "cut_script.html", "<p>" + sentence(30, 2) + "</p><script>run(); <p>no</p>"
    yield "cut_end_tag.html", "<p>" + sentence(30, 2) + "</p"
    yield "no_markup.html", prose(60)


def tops() -> Cases:
    """What stands first: licences, notices, XML headers, marks of generated code."""
    code, notice = program("c", 3, 0), "Copyright 2023 the millers. " + sentence(8, 4)
    yield "notice.c", f"/* {notice} */\n{code}"
    yield "late_notice.c", f"{code}/* {notice.upper()} */\n"
    yield "other_block.c", f"/* {sentence(8, 3)} */\n/* {notice} */\n{code}"
    yield "notice_lines.c", "".join(f"// {line}\n" for line in lines(3, 2)) + "\n" + code
    yield "notice_dashes.sql", "-- a table\n-- of mills\n\nselect * from mills;\n"
    yield "notice_hashes.py", "#!/bin/python\n# a licence\n\n\n" + program("py", 2, 0)
    yield "notice_stars.js", f"/**\n * {notice}\n **/\n" + program("js", 2, 1)
    yield "open_notice.c", f"/* {notice}\n" + code
    yield "slash_star_slash.c", "/*/ copyright /*/ int a;\n"
    yield "only_blank_lines.c", "\n\n\n"
    header = '<?xml version="1.0" encoding="UTF-8"?>\n<mill/>\n'
    for indent in (0, 80, 86, 87, 99, 200):
        yield f"header_{indent}.xml", " " * indent + header
        yield f"header_wide_{indent}.js", "é" * indent + header
    for line in range(1, 8):
        yield f"generated_{line}.js", "\n" * (line - 1) + "// This file is AutoGenerated by a mill\n" + program("js", 3, 1)


def shapes() -> Cases:
    """Lengths of lines and files, and kinds of characters."""
    for size in (99, 100, 101, 999, 1000, 1001, 5000):
        yield f"line_{size}.js", "a" * (size - 1) + ";"
        yield f"lines_of_{size}.js", ("b" * (size - 1) + ";\n") * 3
    for count in (1, 9, 10, 11, 500):
        yield f"lines_{count}.go", "x := 1\n" * count
    for share in range(11):
        yield f"letters_{share}.c", ("a" * share + "+" * (10 - share)) * 20
        yield f"digits_{share}.c", ("7" * share + "g" * (10 - share)) * 20
        yield f"marks_{share}.c", ("क" + "ि" * share + "Ⅷ²½٣") * 10
    yield "breaks.js", "a\rb\r\nc\x0bd\x0ce\x1cf\x85g\u2028h\n\n"
    yield "tokens.js", "a+b==c  _x1 été — ½ ٣ \u200d \u0301 a\u0301 \x1c 漢字;\n" * 3
    yield "one.js", "a"
    yield "space.py", " "
    yield "newline.html", "\n"
    yield "comma.csv", "1,2,3\n" * 20
    yield "no_extension", "plain words\n" * 20


FAMILIES = (comment_shares, strings, python, pages, tops, shapes)


def cases() -> dict[str, str]:
    """Return every case as path -> text, in a fixed order; paths are `family/what.extension`."""
    return {f"{family.__name__}/{name}": text for family in FAMILIES for name, text in family()}
