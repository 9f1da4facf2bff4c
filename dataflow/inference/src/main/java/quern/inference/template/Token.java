package quern.inference.template;

/** A word of the expression language inside a tag. */
record Token(Kind kind, String text, int line) {

    enum Kind { NAME, STRING, INTEGER, FLOAT, OPERATOR, END }

    boolean is(String operatorOrName) {
        return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(operatorOrName);
    }
}
