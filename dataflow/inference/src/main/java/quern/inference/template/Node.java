package quern.inference.template;

import java.util.List;

/** A statement of a template, or text. */
sealed interface Node {

    record Plain(Text text) implements Node {}

    record Output(Expression value) implements Node {}

    record If(List<Branch> branches, List<Node> otherwise) implements Node {}

    record Branch(Expression condition, List<Node> body) {}

    /** @param condition null where the loop takes every item */
    record For(List<String> targets, Expression items, Expression condition, List<Node> body, List<Node> otherwise)
            implements Node {}

    /** Sets variables; several share out the items of the value. */
    record Set(List<String> targets, Expression value) implements Node {}

    record SetAttribute(String target, String attribute, Expression value) implements Node {}

    record SetBlock(String target, List<Node> body) implements Node {}

    /** @param defaults one per parameter, null where it has none */
    record Macro(String name, List<String> parameters, List<Expression> defaults, List<Node> body) implements Node {}

    enum Jump implements Node { BREAK, CONTINUE }
}
