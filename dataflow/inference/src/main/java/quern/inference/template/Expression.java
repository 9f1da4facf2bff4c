package quern.inference.template;

import java.util.List;
import java.util.Map;

/** What has a value. */
sealed interface Expression {

    record Literal(Object value) implements Expression {}

    record Name(String name) implements Expression {}

    record Items(List<Expression> values) implements Expression {}

    record TupleOf(List<Expression> values) implements Expression {}

    record Pairs(List<Expression> keys, List<Expression> values) implements Expression {}

    record Attribute(Expression target, String name) implements Expression {}

    record Item(Expression target, Expression key) implements Expression {}

    /** Bounds and step may each be absent (null). */
    record Slice(Expression target, Expression from, Expression to, Expression step) implements Expression {}

    record Call(Expression target, Passed arguments) implements Expression {}

    record Filter(Expression target, String name, Passed arguments) implements Expression {}

    record Test(Expression target, String name, Passed arguments, boolean negated) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Negate(Expression operand) implements Expression {}

    /** The unary plus: a number as it is. */
    record Plus(Expression operand) implements Expression {}

    record Both(Expression left, Expression right) implements Expression {}

    record Either(Expression left, Expression right) implements Expression {}

    record Binary(String operator, Expression left, Expression right) implements Expression {}

    /** {@code a < b <= c}: every comparison must hold. */
    record Comparison(Expression first, List<String> operators, List<Expression> others) implements Expression {}

    /** @param otherwise null where there is no else */
    record Conditional(Expression condition, Expression value, Expression otherwise) implements Expression {}

    /** The text of a block that is being filtered. */
    enum Captured implements Expression { TEXT }

    /**
     * Arguments of a call, filter or test.
     *
     * @param spread {@code *items} after the positional ones; null: none
     * @param spreadNamed {@code **mapping} after the named ones; null: none
     */
    record Passed(List<Expression> positional, Map<String, Expression> named, Expression spread,
            Expression spreadNamed) {

        static final Passed NONE = new Passed(List.of(), Map.of(), null, null);
    }
}
