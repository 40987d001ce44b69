// The pickle instructions that files of weights use, by their names in Python's Lib/pickletools.py.
/** The protocol's number, one byte; the first instruction of a pickle. */
export const PROTO = 0x80;
/** Bytes of the part that follows, 8 of them; of no meaning to one who has the whole file. */
export const FRAME = 0x95;
/** Ends the pickle; its value is on top of the stack. */
export const STOP = 0x2e;
/** Marks a place of the stack, for those that take everything above it. */
export const MARK = 0x28;
/** Drops the value on top, or a mark that lies there. */
export const POP = 0x30;
/** Drops everything from the innermost mark on. */
export const POP_MARK = 0x31;
/** Pushes `None`. */
export const NONE = 0x4e;
/** Pushes `True`. */
export const NEWTRUE = 0x88;
/** Pushes `False`. */
export const NEWFALSE = 0x89;
/** Pushes a signed integer of 4 bytes. */
export const BININT = 0x4a;
/** Pushes an unsigned integer of 1 byte. */
export const BININT1 = 0x4b;
/** Pushes an unsigned integer of 2 bytes. */
export const BININT2 = 0x4d;
/** Pushes a signed integer of any size: one byte for its length, then its bytes, lowest first. */
export const LONG1 = 0x8a;
/** Pushes a float64, which is big-endian, unlike all other numbers. */
export const BINFLOAT = 0x47;
/** Pushes text in UTF-8, its length in 4 bytes. */
export const BINUNICODE = 0x58;
/** Pushes text in UTF-8, its length in 1 byte. */
export const SHORT_BINUNICODE = 0x8c;
/** Pushes text in UTF-8, its length in 8 bytes. */
export const BINUNICODE8 = 0x8d;
/** Pushes a string of Python 2, its length in 4 bytes. */
export const BINSTRING = 0x54;
/** Pushes a string of Python 2, its length in 1 byte. */
export const SHORT_BINSTRING = 0x55;
/** Pushes bytes, their number in 4 bytes. */
export const BINBYTES = 0x42;
/** Pushes bytes, their number in 1 byte. */
export const SHORT_BINBYTES = 0x43;
/** Pushes bytes, their number in 8 bytes. */
export const BINBYTES8 = 0x8e;
/** Pushes `()`. */
export const EMPTY_TUPLE = 0x29;
/** Makes a tuple of everything above the innermost mark. */
export const TUPLE = 0x74;
/** Makes a tuple of the value on top. */
export const TUPLE1 = 0x85;
/** Makes a tuple of the two values on top. */
export const TUPLE2 = 0x86;
/** Makes a tuple of the three values on top. */
export const TUPLE3 = 0x87;
/** Pushes `[]`. */
export const EMPTY_LIST = 0x5d;
/** Appends the value on top to the list below it. */
export const APPEND = 0x61;
/** Appends everything above the innermost mark to the list below it. */
export const APPENDS = 0x65;
/** Pushes `{}`. */
export const EMPTY_DICT = 0x7d;
/** Puts a key and a value, the two on top, into the dict below them. */
export const SETITEM = 0x73;
/** Puts the keys and values above the innermost mark into the dict below it. */
export const SETITEMS = 0x75;
/** Pushes an empty set. */
export const EMPTY_SET = 0x8f;
/** Puts everything above the innermost mark into the set below it. */
export const ADDITEMS = 0x90;
/** Notes the value on top in the memo, under a number of 1 byte; it stays on the stack. */
export const BINPUT = 0x71;
/** Notes the value on top in the memo, under a number of 4 bytes. */
export const LONG_BINPUT = 0x72;
/** Notes the value on top in the memo, under the next number. */
export const MEMOIZE = 0x94;
/** Pushes what the memo has under a number of 1 byte. */
export const BINGET = 0x68;
/** Pushes what the memo has under a number of 4 bytes. */
export const LONG_BINGET = 0x6a;
/** Pushes what a module and a name stand for; both follow, a line each. */
export const GLOBAL = 0x63;
/** Pushes what a module and a name stand for; both are taken from the stack. */
export const STACK_GLOBAL = 0x93;
/** Calls the second value from the top with the tuple on top as its arguments. */
export const REDUCE = 0x52;
/** As `REDUCE`, through the class's `__new__`. */
export const NEWOBJ = 0x81;
/** Gives the state on top to the object below it. */
export const BUILD = 0x62;
/** Pushes what the value on top identifies outside the pickle: with torch, a tensor's storage. */
export const BINPERSID = 0x51;
