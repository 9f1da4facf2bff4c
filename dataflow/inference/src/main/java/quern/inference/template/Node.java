package quern.inference.template;

import java.util.List;

/** A statement of a template, or text. */
sealed interface Node {

    record Plain(Text text) implements Node {}

    record Output(Expression value) implements Node {}

    record If(List<Branch> branches, List<Node> otherwise) implements Node {}

    record Branch(Expression condition, List<Node> body) {}

    /**
     * @param condition null where the loop takes every item
     * @param recursive whether {@code loop(items)} runs it again
     */
    record For(Target target, Expression items, Expression condition, boolean recursive, List<Node> body,
            List<Node> otherwise) implements Node {}

    record Set(Target target, Expression value) implements Node {}

    /** @param filter applied to {@link Expression.Captured}; null: the text stays as it is */
    record SetBlock(Target target, List<Node> body, Expression filter) implements Node {}

    /** Text that a filter changes. */
    record FilterBlock(List<Node> body, Expression filter) implements Node {}

    /** Statements with variables of their own. */
    record With(List<Target> targets, List<Expression> values, List<Node> body) implements Node {}

    /** A named part; it sees the variables of the template's top level only. */
    record Block(List<Node> body) implements Node {}

    /**
     * @param defaults one per parameter, null where it has none
     * @param named all names its body mentions
     */
    record Macro(String name, List<String> parameters, List<Expression> defaults, List<Node> body,
            java.util.Set<String> named) implements Node {}

    /** Calls {@code call} with {@code body} as its {@code caller}. */
    record CallBlock(Expression.Call call, Macro body) implements Node {}

    enum Jump implements Node { BREAK, CONTINUE }

    /** What a value is assigned to. */
    sealed interface Target {

        record Name(String name) implements Target {}

        record Attribute(String namespace, String name) implements Target {}

        /** Shares out the items of the value. */
        record Several(List<Target> targets) implements Target {}
    }
}
