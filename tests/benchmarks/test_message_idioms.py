"""What the idioms of Python, Go and JavaScript find in source."""

from __future__ import annotations

import pytest

from benchmarks.messages.idioms import go, javascript, python

PYTHON = '''
def connect(host, given):
    """Docstrings are no messages."""
    text = "no host in %r" % host
    if given:
        raise OperationalError(text)
    logger.info("not a message")
    raise exceptions.InterfaceError(f"cannot reach {host}" " at all") from None
    future.set_exception(PoolClosed("pool {} is {{closed}}".format(given) if given else "no pool"))
'''
CYTHON = """
cdef class Protocol:
    cdef _on(self, bytes x):
        raise apg_exc.InternalClientError(
            'unexpected {}'.format(x))
    def lost(self):
        msg = 'connection was closed in the middle'
        exc = apg_exc.GoneError(msg)
"""
CPYTHON = r"""
    PyErr_SetString(InterfaceError, "connection already closed"); \
    PyErr_SetString(ProgrammingError, #cmd " cannot be used "  \
    "in asynchronous mode");
    PyErr_Format(ProgrammingError, "server version %d: 100%% of %s", version);
"""
GO = """
const prefix = "pq: wrong value for %q: "
func parse() error {
	// errors.New("in a comment")
	fmt.Println("not a message")
	if bad { return fmt.Errorf(prefix+`%q is not supported`, k, v) }
	return &ParseError{msg: "invalid " + name + " given", err: errors.New("100%% wrong")}
}
func (e *ConnectError) Error() string {
	return fmt.Sprintf("failed to connect to `user=%s`: %s", e.User, e.err)
}
"""
JAVASCRIPT = """
// new Error("in a comment")
const pattern = /["'`]/g
if (!ok) throw new Error(`no ${mode ? `mode ${mode}` : 'mode'} for ` + host)
reject(new TypeError(ended ? "Client was closed" : 'Client has failed'))
const message = "It's \\"so\\""
Errors.generic('CODE_X', 'You cannot do that')
function renderMessage(e) { switch (e) { case 1: return `Database ${e} does not exist` } }
"""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            python.strings(PYTHON, "a.py"),
            {"no host in {}", "cannot reach {} at all", "pool {} is {closed}", "no pool"},
        ),
        (python.strings(CYTHON, "a.pyx"), {"unexpected {}", "connection was closed in the middle"}),
        (
            python.strings(CPYTHON, "a.c"),
            {"connection already closed", "{} cannot be used in asynchronous mode", "server version {}: 100% of {}"},
        ),
        (
            go.strings(GO, "a.go"),
            {
                "pq: wrong value for {}: {} is not supported",
                "invalid {} given",
                "100% wrong",
                "failed to connect to `user={}`: {}",
            },
        ),
        (
            javascript.strings(JAVASCRIPT, "a.js"),
            {
                "no {} for {}",
                "Client was closed",
                "Client has failed",
                'It\'s "so"',
                "CODE_X",
                "You cannot do that",
                "Database {} does not exist",
            },
        ),
    ],
)
def test_what_an_idiom_finds(found: object, expected: set[str]) -> None:
    assert set(found) == expected  # type: ignore[call-overload]


def test_no_test_of_go_is_read() -> None:
    assert not list(go.strings('var e = errors.New("in a test")', "a_test.go"))
