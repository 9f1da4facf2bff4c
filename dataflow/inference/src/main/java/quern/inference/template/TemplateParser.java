package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses a template's statements. */
final class TemplateParser {

    private static final int NESTING_MAX = 40;

    private final List<Segment> segments;
    private int at;
    private int nesting;

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
                    ExpressionParser tokens = new ExpressionParser(output.tokens());
                    nodes.add(new Node.Output(tokens.tuple()));
                    tokens.end();
                }
                case Segment.Statement statement -> {
                    ExpressionParser tokens = new ExpressionParser(statement.tokens());
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
            case "break" -> nodes.add(Node.Jump.BREAK);
            case "continue" -> nodes.add(Node.Jump.CONTINUE);
            // Marks the assistant's part for training; it changes nothing of the text.
            case "generation" -> {
                nodes.addAll(body(Set.of("endgeneration")));
                end("endgeneration");
            }
            default -> throw tokens.failure("statement " + keyword
                    + " is not supported (if, for, set, macro, break, continue, generation, raw are)");
        }
    }

    private Node conditional(ExpressionParser start) {
        List<Node.Branch> branches = new ArrayList<>();
        List<Node> otherwise = List.of();
        ExpressionParser tokens = start;
        while (true) {
            Expression condition = tokens.expression();
            tokens.end();
            branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
            tokens = statement();
            if (tokens.skip("elif")) {
                at++;
                continue;
            }
            if (tokens.skip("else")) {
                at++;
                otherwise = body(Set.of("endif"));
            }
            end("endif");
            return new Node.If(branches, otherwise);
        }
    }

    private Node loop(ExpressionParser tokens) {
        List<String> targets = targets(tokens);
        tokens.expect("in");
        Expression items = tokens.or();
        Expression condition = tokens.skip("if") ? tokens.expression() : null;
        tokens.end();
        List<Node> body = body(Set.of("else", "endfor"));
        List<Node> otherwise = List.of();
        if (statement().skip("else")) {
            at++;
            otherwise = body(Set.of("endfor"));
        }
        end("endfor");
        return new Node.For(targets, items, condition, body, otherwise);
    }

    private Node assignment(ExpressionParser tokens) {
        List<String> targets = targets(tokens);
        if (tokens.skip(".")) {
            String attribute = tokens.name();
            tokens.expect("=");
            return new Node.SetAttribute(targets.get(0), attribute, wholeTuple(tokens));
        }
        if (tokens.skip("=")) {
            return new Node.Set(targets, wholeTuple(tokens));
        }
        tokens.end();
        List<Node> body = body(Set.of("endset"));
        end("endset");
        return new Node.SetBlock(targets.get(0), body);
    }

    private static Expression wholeTuple(ExpressionParser tokens) {
        Expression value = tokens.tuple();
        tokens.end();
        return value;
    }

    private Node macro(ExpressionParser tokens) {
        String name = tokens.name();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        tokens.expect("(");
        while (!tokens.peek().is(")")) {
            parameters.add(tokens.name());
            defaults.add(tokens.skip("=") ? tokens.expression() : null);
            if (!tokens.skip(",")) {
                break;
            }
        }
        tokens.expect(")");
        tokens.end();
        List<Node> body = body(Set.of("endmacro"));
        end("endmacro");
        return new Node.Macro(name, parameters, defaults, body);
    }

    private static List<String> targets(ExpressionParser tokens) {
        boolean bracketed = tokens.skip("(");
        List<String> targets = new ArrayList<>(List.of(tokens.name()));
        while (tokens.skip(",")) {
            targets.add(tokens.name());
        }
        if (bracketed) {
            tokens.expect(")");
        }
        return targets;
    }

    /** The statement the parser stands at, from its first word. */
    private ExpressionParser statement() {
        if (at < segments.size() && segments.get(at) instanceof Segment.Statement statement) {
            return new ExpressionParser(statement.tokens());
        }
        throw new TemplateException("chat template ends inside a statement");
    }

    private void end(String keyword) {
        ExpressionParser tokens = statement();
        tokens.expect(keyword);
        at++;
    }
}
