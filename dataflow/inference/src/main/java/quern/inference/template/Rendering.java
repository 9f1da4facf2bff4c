package quern.inference.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run of a template over one conversation. */
final class Rendering {

    private enum Flow { NEXT, BREAK, CONTINUE }

    private final Budget budget;
    private final Evaluation evaluation;
    private TextBuilder out;
    private Scope top;

    Rendering(Budget budget) {
        this.budget = budget;
        this.evaluation = new Evaluation(budget);
        this.out = new TextBuilder(budget);
    }

    Text run(List<Node> nodes, Scope scope) {
        top = scope;
        body(nodes, scope);
        return out.build();
    }

    private Object evaluate(Expression expression, Scope scope) {
        return evaluation.evaluate(expression, scope);
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
            case Node.For loop -> loop(loop, evaluate(loop.items(), scope), scope, 0);
            case Node.Set set -> assign(set.target(), evaluate(set.value(), scope), scope);
            case Node.SetBlock set -> assign(
                    set.target(), filtered(captured(set.body(), new Scope(scope)), set.filter(), scope), scope);
            case Node.FilterBlock block -> out.add(Writing.string(
                    filtered(captured(block.body(), new Scope(scope)), block.filter(), scope), budget));
            case Node.With with -> {
                Scope inner = new Scope(scope);
                List<Object> values = with.values().stream().map(value -> evaluate(value, scope)).toList();
                for (int i = 0; i < values.size(); i++) {
                    assign(with.targets().get(i), values.get(i), inner);
                }
                return body(with.body(), inner);
            }
            case Node.Block block -> body(block.body(), new Scope(top));
            case Node.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Node.CallBlock block -> {
                Map<String, Object> caller = Map.of("caller", macro(block.body(), scope));
                out.add(Writing.string(evaluation.call(block.call(), scope, caller), budget));
            }
            case Node.Jump jump -> {
                return jump == Node.Jump.BREAK ? Flow.BREAK : Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Object filtered(Text text, Expression filter, Scope scope) {
        if (filter == null) {
            return text;
        }
        Scope inner = new Scope(scope);
        inner.set(Evaluation.CAPTURED, text);
        return evaluate(filter, inner);
    }

    private Flow conditional(Node.If conditional, Scope scope) {
        for (Node.Branch branch : conditional.branches()) {
            if (Values.isTrue(evaluate(branch.condition(), scope))) {
                return body(branch.body(), scope);
            }
        }
        return body(conditional.otherwise(), scope);
    }

    private void loop(Node.For loop, Object iterated, Scope scope, int depth) {
        List<Object> items = new ArrayList<>();
        for (Object item : Values.items(iterated, budget)) {
            if (loop.condition() == null) {
                items.add(item);
                continue;
            }
            Scope inner = new Scope(scope);
            assign(loop.target(), item, inner);
            if (Values.isTrue(evaluate(loop.condition(), inner))) {
                items.add(item);
            }
        }
        Loop variable = new Loop(items, depth, budget, !loop.recursive() ? null : (again, deeper) -> {
            budget.enter();
            TextBuilder around = out;
            out = new TextBuilder(budget);
            loop(loop, again, scope, deeper);
            Text text = out.build();
            out = around;
            budget.leave();
            return text;
        });
        for (int i = 0; i < items.size(); i++) {
            budget.step();
            Scope inner = new Scope(scope);
            variable.moveTo(i);
            inner.set("loop", variable);
            assign(loop.target(), items.get(i), inner);
            if (body(loop.body(), inner) == Flow.BREAK) {
                return;
            }
        }
        if (items.isEmpty()) {
            body(loop.otherwise(), new Scope(scope));
        }
    }

    private void assign(Node.Target target, Object value, Scope scope) {
        switch (target) {
            case Node.Target.Name name -> scope.set(name.name(), value);
            case Node.Target.Attribute attribute -> {
                if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
                    throw new TemplateException(
                            "cannot assign attribute on non-namespace object " + attribute.namespace());
                }
                namespace.attributes().put(attribute.name(), value);
            }
            case Node.Target.Several several -> {
                List<?> values = Values.items(value, budget);
                if (values.size() != several.targets().size()) {
                    throw new TemplateException(values.size() + " values for " + several.targets().size() + " names");
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(several.targets().get(i), values.get(i), scope);
                }
            }
        }
    }

    private Text captured(List<Node> nodes, Scope scope) {
        TextBuilder around = out;
        out = new TextBuilder(budget);
        body(nodes, scope);
        Text text = out.build();
        out = around;
        return text;
    }

    private Macro macro(Node.Macro macro, Scope definition) {
        return new Macro(macro, (positional, named) -> {
            Scope scope = new Scope(definition);
            bind(macro, positional, new LinkedHashMap<>(named), scope);
            return captured(macro.body(), scope);
        });
    }

    private void bind(Node.Macro macro, List<Object> positional, Map<String, Object> named, Scope scope) {
        List<String> parameters = macro.parameters();
        Map<String, Object> given = new HashMap<>();
        for (int i = 0; i < Math.min(positional.size(), parameters.size()); i++) {
            given.put(parameters.get(i), positional.get(i));
        }
        for (String parameter : parameters) {
            Object value = named.remove(parameter);
            if (value != null && given.put(parameter, value) != null) {
                throw new TemplateException("macro " + macro.name() + " has two values for " + parameter);
            }
        }
        for (int i = 0; i < parameters.size(); i++) {
            Object value = given.get(parameters.get(i));
            Expression otherwise = macro.defaults().get(i);
            scope.set(parameters.get(i), value != null ? value
                    : otherwise == null ? Nothing.UNDEFINED : evaluate(otherwise, scope));
        }
        if (macro.named().contains("caller") && !parameters.contains("caller")) {
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? Nothing.UNDEFINED : caller);
        }
        if (macro.named().contains("kwargs")) {
            scope.set("kwargs", Dictionary.of(named));
            named.clear();
        }
        int extra = Math.max(0, positional.size() - parameters.size());
        if (macro.named().contains("varargs")) {
            scope.set("varargs", new Tuple(positional.subList(positional.size() - extra, positional.size())));
            extra = 0;
        }
        if (extra > 0 || !named.isEmpty()) {
            throw new TemplateException("macro " + macro.name() + " takes " + parameters
                    + (extra > 0 ? ", found " + positional.size() + " arguments" : ", found " + named.keySet()));
        }
    }
}
