"""Texts that somebody hostile would choose: as names and notes, and as ids that shall lead elsewhere."""

LEAK = "https://leak.example/"
"""Where no browser may ever ask."""

NAMES = (
    "<img src=x onerror=\"window.struck='img'\">",
    "\"><script>window.struck='script'</script>",
    "'\"><svg/onload=window.struck='svg'>",
    f"![picture]({LEAK}1.png) <img src={LEAK}2.png>",
    "[press](javascript:window.struck='link')",
    f"**bold**\n\n# big\n\n<a href={LEAK}>here</a> <iframe src={LEAK}3></iframe>",
    "${window.struck='template'} {{ 7*7 }} {% raw %} {name} %s",
    "\u202egnp.txet\u202c \u200b\ufeff 😀",
    "<style>*{background:url(" + LEAK + "4)}</style>",
    "<details open ontoggle=window.struck='toggle'>",
    "x" * 10_000,
)

IDS = (
    "..",
    ".",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "..%c0%af..%c0%afetc/passwd",
    "..\\..\\windows\\win.ini",
    "..%5c..%5cwindows",
    "....//....//etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "01K7ZV3J8QW9E4R5T6Y7V80001/../../../x",
    "01K7ZV3J8QW9E4R5T6Y7V80001%00.mp4",
    "01K7ZV3J8QW9E4R5T6Y7V80001%0a",
    "01K7ZV3J8QW9E4R5T6Y7V8000l",
    "01k7zv3j8qw9e4r5t6y7v80001",
    "０１K7ZV3J8QW9E4R5T6Y7V80001",
    "01K7ZV3J8QW9E4R5T6Y7V80001.lcv",
    "01K7ZV3J8QW9E4R5T6Y7V80001 ",
    "' OR 1=1 --",
    "1; DROP TABLE clips",
    "*",
    "%",
    "~",
    "~root",
    "$HOME",
    "`id`",
    "CON",
    "a" * 5000,
    "\u2025/\u2025/etc",
    "．．／．．／etc",
)
