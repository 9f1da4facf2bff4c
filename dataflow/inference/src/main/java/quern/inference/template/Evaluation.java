package quern.inference.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Computes expressions. */
final class Evaluation {

    /** Variable of a block's text while it is filtered; no name a template can write. */
    static final String CAPTURED = " captured";

    private final Budget budget;
    private final Operators operators;
    private final Tests tests;
    private final Filters filters;

    Evaluation(Budget budget) {
        Methods methods = new Methods(budget);
        this.budget = budget;
        this.operators = new Operators(budget, methods);
        this.tests = new Tests(budget, operators);
        this.filters = new Filters(budget, methods, tests, operators);
    }

    Object evaluate(Expression expression, Scope scope) {
        budget.enter();
        Object value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.Captured captured -> scope.get(CAPTURED);
            case Expression.Items items -> all(items.values(), scope);
            case Expression.TupleOf tuple -> new Tuple(all(tuple.values(), scope));
            case Expression.Pairs pairs -> dictionary(pairs, scope);
            case Expression.Attribute attribute ->
                    operators.attribute(evaluate(attribute.target(), scope), attribute.name());
            case Expression.Item item -> operators.item(evaluate(item.target(), scope), evaluate(item.key(), scope));
            case Expression.Slice slice -> operators.slice(evaluate(slice.target(), scope),
                    bound(slice.from(), scope), bound(slice.to(), scope), bound(slice.step(), scope));
            case Expression.Call call -> call(call, scope, Map.of());
            case Expression.Filter filter -> {
                known(Filters.has(filter.name()), "filter", filter.name());
                Object target = evaluate(filter.target(), scope);
                yield filters.apply(filter.name(), target, positional(filter.arguments(), scope),
                        named(filter.arguments(), scope));
            }
            case Expression.Test test -> {
                known(Tests.has(test.name()), "test", test.name());
                Object target = evaluate(test.target(), scope);
                yield tests.passes(test.name(), target, positional(test.arguments(), scope),
                        named(test.arguments(), scope)) != test.negated();
            }
            case Expression.Not not -> !Values.isTrue(evaluate(not.operand(), scope));
            case Expression.Negate negate -> signed(evaluate(negate.operand(), scope), true);
            case Expression.Plus plus -> signed(evaluate(plus.operand(), scope), false);
            case Expression.Both both -> {
                Object left = evaluate(both.left(), scope);
                yield Values.isTrue(left) ? evaluate(both.right(), scope) : left;
            }
            case Expression.Either either -> {
                Object left = evaluate(either.left(), scope);
                yield Values.isTrue(left) ? left : evaluate(either.right(), scope);
            }
            case Expression.Binary binary -> operators.binary(
                    binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope));
            case Expression.Comparison comparison -> holds(comparison, scope);
            case Expression.Conditional choice -> Values.isTrue(evaluate(choice.condition(), scope))
                    ? evaluate(choice.value(), scope)
                    : choice.otherwise() == null ? Nothing.UNDEFINED : evaluate(choice.otherwise(), scope);
        };
        budget.leave();
        return value;
    }

    private static void known(boolean known, String kind, String name) {
        if (!known) {
            throw new TemplateException(kind + " " + name + " is not supported");
        }
    }

    private static Object signed(Object value, boolean negative) {
        if (value == Nothing.UNDEFINED) {
            throw Nothing.failure("has no sign");
        }
        if (!Numbers.is(value)) {
            throw new TemplateException("bad operand type for unary sign: '" + Values.typeName(value) + "'");
        }
        return negative ? Numbers.negated(value) : value instanceof Boolean flag ? (Object) (flag ? 1L : 0L) : value;
    }

    private boolean holds(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.others().get(i), scope);
            if (!operators.compare(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object bound(Expression expression, Scope scope) {
        return expression == null ? Nothing.NONE : evaluate(expression, scope);
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private List<Object> positional(Expression.Passed arguments, Scope scope) {
        List<Object> values = all(arguments.positional(), scope);
        if (arguments.spread() != null) {
            values.addAll(Values.items(evaluate(arguments.spread(), scope), budget));
        }
        return values;
    }

    private Map<String, Object> named(Expression.Passed arguments, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        if (arguments.spreadNamed() != null) {
            if (!(evaluate(arguments.spreadNamed(), scope) instanceof Dictionary map)) {
                throw new TemplateException("argument after ** must be a mapping");
            }
            for (Object key : map.keys()) {
                if (named.put(Values.text(key).value(), map.get(key)) != null) {
                    throw new TemplateException("more than one value for the argument " + key);
                }
            }
        }
        return named;
    }

    private Dictionary dictionary(Expression.Pairs pairs, Scope scope) {
        Dictionary map = new Dictionary();
        for (int i = 0; i < pairs.keys().size(); i++) {
            Object key = evaluate(pairs.keys().get(i), scope);
            map.put(key, evaluate(pairs.values().get(i), scope));
        }
        return map;
    }

    /** @param more named arguments beside those of the call */
    Object call(Expression.Call call, Scope scope, Map<String, Object> more) {
        Object target = evaluate(call.target(), scope);
        List<Object> positional = positional(call.arguments(), scope);
        Map<String, Object> named = named(call.arguments(), scope);
        named.putAll(more);
        return switch (target) {
            case Macro macro -> macro.call(positional, named);
            case Loop loop when named.isEmpty() -> loop.call(positional);
            case Callable callable -> callable.call(positional, named);
            case Nothing nothing when nothing == Nothing.UNDEFINED -> throw Nothing.failure("cannot be called");
            default -> throw new TemplateException(
                    "a value of type '" + Values.typeName(target) + "' cannot be called");
        };
    }
}
