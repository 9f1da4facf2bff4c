package quern.inference.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a template's statements. */
final class TemplateParser {

    private static final int NESTING_MAX = 40;
    private static final Set<String> LOADING = Set.of("include", "import", "from", "extends");

    private final List<Segment> segments;
    private final NameScope names = new NameScope();
    private int at;
    private int nesting;
    private int loops;

    private TemplateParser(List<Segment> segments) {
        this.segments = segments;
    }

    static List<Node> parse(String source) {
        TemplateParser parser = new TemplateParser(Lexer.split(source));
        List<Node> nodes = parser.body(Set.of());
        if (parser.at < parser.segments.size()) {
            throw parser.statement().failure("statement without its start");
        }
        return nodes;
    }

    /** Nodes up to a statement that starts with one of {@code ends}, which is left to the caller. */
    private List<Node> body(Set<String> ends) {
        if (++nesting > NESTING_MAX) {
            throw new TemplateException("chat template: statements nest more than " + NESTING_MAX + " deep");
        }
        List<Node> nodes = new ArrayList<>();
        while (at < segments.size()) {
            switch (segments.get(at)) {
                case Segment.Plain plain -> nodes.add(new Node.Plain(Text.template(plain.text())));
                case Segment.Output output -> {
                    ExpressionParser tokens = new ExpressionParser(output.tokens(), names);
                    nodes.add(new Node.Output(tokens.tuple()));
                    tokens.end();
                }
                case Segment.Statement statement -> {
                    ExpressionParser tokens = new ExpressionParser(statement.tokens(), names);
                    if (ends.contains(tokens.peek().text()) || tokens.peek().text().startsWith("end")) {
                        nesting--;
                        return nodes;
                    }
                    at++;
                    statement(tokens, nodes);
                    continue;
                }
            }
            at++;
        }
        nesting--;
        return nodes;
    }

    private void statement(ExpressionParser tokens, List<Node> nodes) {
        String keyword = tokens.name();
        switch (keyword) {
            case "if" -> nodes.add(conditional(tokens));
            case "for" -> nodes.add(loop(tokens));
            case "set" -> nodes.add(assignment(tokens));
            case "macro" -> nodes.add(macro(tokens));
            case "call" -> nodes.add(call(tokens));
            case "filter" -> nodes.add(new Node.FilterBlock(
                    hard("endfilter", tokens), tokens.filtersOf(Expression.Captured.TEXT)));
            case "with" -> nodes.add(with(tokens));
            case "block" -> {
                tokens.name();
                tokens.skip("scoped");
                tokens.skip("required");
                tokens.end();
                nodes.add(new Node.Block(inner(Set.of("endblock"), false)));
                end("endblock");
            }
            case "print" -> {
                nodes.add(new Node.Output(tokens.tuple()));
                tokens.end();
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw tokens.failure(keyword + " outside a loop");
                }
                tokens.end();
                nodes.add(keyword.equals("break") ? Node.Jump.BREAK : Node.Jump.CONTINUE);
            }
            // Marks the assistant's part for training; it changes nothing of the text.
            case "generation" -> {
                tokens.end();
                nodes.add(new Node.With(List.of(), List.of(), inner(Set.of("endgeneration"), false)));
                end("endgeneration");
            }
            default -> throw tokens.failure(LOADING.contains(keyword)
                    ? "statement " + keyword + " would load another template, which is refused"
                    : "statement " + keyword + " is not supported (if, for, set, macro, call, filter, with, block, "
                            + "print, break, continue, generation, raw are)");
        }
    }

    /** A body in which a name that does not exist is refused at once, as everywhere outside {@code if}. */
    private List<Node> inner(Set<String> ends, boolean loop) {
        boolean lenient = names.lenient(false);
        int around = loops;
        loops = loop ? loops + 1 : 0;
        List<Node> body = body(ends);
        loops = around;
        names.lenient(lenient);
        return body;
    }

    private List<Node> hard(String end, ExpressionParser tokens) {
        ExpressionParser filter = tokens.copy();
        filter.filtersOf(Expression.Captured.TEXT);
        filter.end();
        List<Node> body = inner(Set.of(end), false);
        end(end);
        return body;
    }

    private Node conditional(ExpressionParser start) {
        boolean lenient = names.lenient(true);
        List<Node.Branch> branches = new ArrayList<>();
        List<Node> otherwise = List.of();
        ExpressionParser tokens = start;
        while (true) {
            Expression condition = tokens.tupleWithoutCondition();
            tokens.end();
            branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
            tokens = statement();
            if (tokens.skip("elif")) {
                at++;
                continue;
            }
            if (tokens.skip("else")) {
                tokens.end();
                at++;
                otherwise = body(Set.of("endif"));
            }
            end("endif");
            names.lenient(lenient);
            return new Node.If(branches, otherwise);
        }
    }

    private Node loop(ExpressionParser tokens) {
        Node.Target target = targets(tokens, "in");
        tokens.expect("in");
        Expression items = tokens.tupleWithoutCondition();
        Expression condition = tokens.skip("if") ? tokens.expression() : null;
        boolean recursive = tokens.skip("recursive");
        tokens.end();
        List<Node> body = inner(Set.of("else", "endfor"), true);
        List<Node> otherwise = List.of();
        ExpressionParser next = statement();
        if (next.skip("else")) {
            next.end();
            at++;
            otherwise = inner(Set.of("endfor"), false);
        }
        end("endfor");
        return new Node.For(target, items, condition, recursive, body, otherwise);
    }

    private Node assignment(ExpressionParser tokens) {
        Node.Target target = targets(tokens, "=");
        if (tokens.skip("=")) {
            Expression value = tokens.tuple();
            tokens.end();
            return new Node.Set(target, value);
        }
        if (target instanceof Node.Target.Several) {
            throw tokens.failure("expected =");
        }
        Expression filter = tokens.peek().is("|") ? tokens.filtersAfter(Expression.Captured.TEXT) : null;
        tokens.end();
        List<Node> body = inner(Set.of("endset"), false);
        end("endset");
        return new Node.SetBlock(target, body, filter);
    }

    private Node with(ExpressionParser tokens) {
        List<Node.Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.peek().kind() != Token.Kind.END) {
            if (!targets.isEmpty()) {
                tokens.expect(",");
            }
            targets.add(new Node.Target.Name(tokens.assignable()));
            tokens.expect("=");
            values.add(tokens.expression());
        }
        List<Node> body = inner(Set.of("endwith"), false);
        end("endwith");
        return new Node.With(targets, values, body);
    }

    private Node.Macro macro(ExpressionParser tokens) {
        return macro(tokens.assignable(), tokens, "endmacro");
    }

    private Node.Macro macro(String name, ExpressionParser tokens, String end) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        boolean bracketed = tokens.skip("(");
        while (bracketed && !tokens.peek().is(")")) {
            parameters.add(tokens.assignable());
            defaults.add(tokens.skip("=") ? tokens.expression() : null);
            if (defaults.size() > 1 && defaults.getLast() == null && defaults.get(defaults.size() - 2) != null) {
                throw tokens.failure("parameter without a default after one with");
            }
            if (!tokens.skip(",")) {
                break;
            }
        }
        if (bracketed) {
            tokens.expect(")");
        } else if (end.equals("endmacro")) {
            throw tokens.failure("expected (");
        }
        if (end.equals("endmacro")) {
            tokens.end();
        }
        Set<String> around = names.begin();
        List<Node> body = end.equals("endmacro") ? inner(Set.of(end), false) : List.of();
        Set<String> named = new HashSet<>(names.end(around));
        if (end.equals("endmacro")) {
            end(end);
        }
        return new Node.Macro(name, parameters, defaults, body, named);
    }

    private Node call(ExpressionParser tokens) {
        Node.Macro head = macro(null, tokens, "endcall");
        if (!(tokens.expression() instanceof Expression.Call called)) {
            throw tokens.failure("expected a call");
        }
        tokens.end();
        Set<String> around = names.begin();
        List<Node> body = inner(Set.of("endcall"), false);
        Set<String> named = new HashSet<>(names.end(around));
        end("endcall");
        return new Node.CallBlock(called, new Node.Macro(null, head.parameters(), head.defaults(), body, named));
    }

    /** @param end what follows the targets, where a comma may stand before it */
    private static Node.Target targets(ExpressionParser tokens, String end) {
        Node.Target first = target(tokens);
        if (!tokens.peek().is(",")) {
            return first;
        }
        List<Node.Target> targets = new ArrayList<>(List.of(first));
        while (tokens.skip(",") && !tokens.peek().is(end)) {
            targets.add(target(tokens));
        }
        return new Node.Target.Several(targets);
    }

    private static Node.Target target(ExpressionParser tokens) {
        if (tokens.skip("(")) {
            Node.Target inner = targets(tokens, ")");
            tokens.expect(")");
            return inner;
        }
        String name = tokens.assignable();
        return tokens.skip(".") ? new Node.Target.Attribute(name, tokens.name()) : new Node.Target.Name(name);
    }

    /** The statement the parser stands at, from its first word. */
    private ExpressionParser statement() {
        if (at < segments.size() && segments.get(at) instanceof Segment.Statement statement) {
            return new ExpressionParser(statement.tokens(), names);
        }
        throw new TemplateException("chat template ends inside a statement");
    }

    private void end(String keyword) {
        ExpressionParser tokens = statement();
        tokens.expect(keyword);
        if (keyword.equals("endblock") && tokens.peek().kind() == Token.Kind.NAME) {
            tokens.name();
        }
        tokens.end();
        at++;
    }
}
