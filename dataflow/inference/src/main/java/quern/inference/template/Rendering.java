package quern.inference.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run of a template over one conversation. */
final class Rendering {

    private enum Flow { NEXT, BREAK, CONTINUE }

    private final Budget budget;
    private final Operators operators;
    private final Methods methods;
    private final Tests tests;
    private final Filters filters;
    private TextBuilder out;

    Rendering(Budget budget) {
        this.budget = budget;
        this.operators = new Operators(budget);
        this.methods = new Methods(budget);
        this.tests = new Tests(operators);
        this.filters = new Filters(budget, methods, tests, operators);
        this.out = new TextBuilder(budget);
    }

    Text run(List<Node> nodes, Scope scope) {
        body(nodes, scope);
        return out.build();
    }

    private Flow body(List<Node> nodes, Scope scope) {
        for (Node node : nodes) {
            budget.enter();
            Flow flow = execute(node, scope);
            budget.leave();
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow execute(Node node, Scope scope) {
        switch (node) {
            case Node.Plain plain -> out.add(plain.text());
            case Node.Output output -> out.add(Writing.string(evaluate(output.value(), scope), budget));
            case Node.If conditional -> {
                return conditional(conditional, scope);
            }
            case Node.For loop -> loop(loop, scope);
            case Node.Set set -> assign(set.targets(), evaluate(set.value(), scope), scope);
            case Node.SetAttribute set -> setAttribute(set, scope);
            case Node.SetBlock set -> scope.set(set.target(), captured(set.body(), new Scope(scope)));
            case Node.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Node.Jump jump -> {
                return jump == Node.Jump.BREAK ? Flow.BREAK : Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow conditional(Node.If conditional, Scope scope) {
        for (Node.Branch branch : conditional.branches()) {
            if (Values.isTrue(evaluate(branch.condition(), scope))) {
                return body(branch.body(), scope);
            }
        }
        return body(conditional.otherwise(), scope);
    }

    private void loop(Node.For loop, Scope scope) {
        List<Object> items = new ArrayList<>();
        for (Object item : Values.items(evaluate(loop.items(), scope), budget)) {
            Scope inner = new Scope(scope);
            assign(loop.targets(), item, inner);
            if (loop.condition() == null || Values.isTrue(evaluate(loop.condition(), inner))) {
                items.add(item);
            }
        }
        for (int i = 0; i < items.size(); i++) {
            budget.step();
            Scope inner = new Scope(scope);
            inner.set("loop", loopVariables(items, i));
            assign(loop.targets(), items.get(i), inner);
            if (body(loop.body(), inner) == Flow.BREAK) {
                return;
            }
        }
        if (items.isEmpty()) {
            body(loop.otherwise(), new Scope(scope));
        }
    }

    private static Dictionary loopVariables(List<Object> items, int index) {
        int count = items.size();
        Map<String, Object> loop = new LinkedHashMap<>();
        loop.put("index", index + 1L);
        loop.put("index0", (long) index);
        loop.put("revindex", (long) count - index);
        loop.put("revindex0", count - index - 1L);
        loop.put("first", index == 0);
        loop.put("last", index == count - 1);
        loop.put("length", (long) count);
        loop.put("previtem", index > 0 ? items.get(index - 1) : Nothing.UNDEFINED);
        loop.put("nextitem", index + 1 < count ? items.get(index + 1) : Nothing.UNDEFINED);
        return new Dictionary(loop, false, false);
    }

    private void assign(List<String> targets, Object value, Scope scope) {
        if (targets.size() == 1) {
            scope.set(targets.get(0), value);
            return;
        }
        List<?> values = Values.items(value, budget);
        if (values.size() != targets.size()) {
            throw new TemplateException(values.size() + " values for " + targets);
        }
        for (int i = 0; i < targets.size(); i++) {
            scope.set(targets.get(i), values.get(i));
        }
    }

    private void setAttribute(Node.SetAttribute set, Scope scope) {
        if (scope.get(set.target()) instanceof Dictionary namespace && namespace.mutable()) {
            namespace.entries().put(set.attribute(), evaluate(set.value(), scope));
            return;
        }
        throw new TemplateException("cannot assign attribute on non-namespace object " + set.target());
    }

    private Text captured(List<Node> nodes, Scope scope) {
        TextBuilder around = out;
        out = new TextBuilder(budget);
        body(nodes, scope);
        Text text = out.build();
        out = around;
        return text;
    }

    private Callable macro(Node.Macro macro, Scope definition) {
        return (positional, named) -> {
            if (positional.size() > macro.parameters().size()
                    || !macro.parameters().containsAll(named.keySet())) {
                throw new TemplateException("macro " + macro.name() + " takes " + macro.parameters());
            }
            Scope scope = new Scope(definition);
            for (int i = 0; i < macro.parameters().size(); i++) {
                String parameter = macro.parameters().get(i);
                Expression otherwise = macro.defaults().get(i);
                Object value = i < positional.size() ? positional.get(i) : named.get(parameter);
                scope.set(parameter, value != null ? value
                        : otherwise == null ? Nothing.UNDEFINED : evaluate(otherwise, scope));
            }
            return captured(macro.body(), scope);
        };
    }

    private Object evaluate(Expression expression, Scope scope) {
        budget.enter();
        Object value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.Items items -> all(items.values(), scope);
            case Expression.Pairs pairs -> dictionary(pairs, scope);
            case Expression.Attribute attribute -> attribute(evaluate(attribute.target(), scope), attribute.name());
            case Expression.Item item -> operators.item(evaluate(item.target(), scope), evaluate(item.key(), scope));
            case Expression.Slice slice -> operators.slice(evaluate(slice.target(), scope),
                    bound(slice.from(), scope), bound(slice.to(), scope), bound(slice.step(), scope));
            case Expression.Call call -> call(call, scope);
            case Expression.Filter filter -> filters.apply(filter.name(), evaluate(filter.target(), scope),
                    all(filter.arguments().positional(), scope), named(filter.arguments(), scope));
            case Expression.Test test -> tests.passes(test.name(), evaluate(test.target(), scope),
                    all(test.arguments().positional(), scope)) != test.negated();
            case Expression.Not not -> !Values.isTrue(evaluate(not.operand(), scope));
            case Expression.Negate negate -> operators.binary("-", 0L, evaluate(negate.operand(), scope));
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

    private Map<String, Object> named(Expression.Arguments arguments, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return named;
    }

    private Dictionary dictionary(Expression.Pairs pairs, Scope scope) {
        Map<String, Object> entries = new LinkedHashMap<>();
        boolean content = false;
        for (int i = 0; i < pairs.keys().size(); i++) {
            Text key = Values.text(evaluate(pairs.keys().get(i), scope));
            content |= key.hasContent();
            entries.put(key.value(), evaluate(pairs.values().get(i), scope));
        }
        return new Dictionary(entries, content, false);
    }

    private Object attribute(Object target, String name) {
        Object method = methods.bind(target, name);
        if (method != Nothing.UNDEFINED) {
            return method;
        }
        if (target == Nothing.UNDEFINED) {
            throw new TemplateException("an undefined value has no attribute " + name);
        }
        return target instanceof Dictionary map ? map.get(name) : Nothing.UNDEFINED;
    }

    private Object call(Expression.Call call, Scope scope) {
        Object target = evaluate(call.target(), scope);
        if (!(target instanceof Callable callable)) {
            throw new TemplateException("a value of type '" + Values.typeName(target) + "' cannot be called");
        }
        return callable.call(all(call.arguments().positional(), scope), named(call.arguments(), scope));
    }
}
