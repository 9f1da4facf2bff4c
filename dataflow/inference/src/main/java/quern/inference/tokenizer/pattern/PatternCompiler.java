package quern.inference.tokenizer.pattern;

/** Makes a program from a parsed pattern. */
final class PatternCompiler {

    private final PatternProgram program;
    /** Above 0 inside an atomic group, whose end depends on the order of tries: nothing is remembered there. */
    private int atomicDepth;

    private PatternCompiler(String pattern) {
        this.program = new PatternProgram(pattern);
    }

    static PatternProgram compile(String pattern) {
        return compile(PatternParser.parse(pattern), pattern);
    }

    /** @param pattern for messages */
    static PatternProgram compile(Node node, String pattern) {
        PatternCompiler compiler = new PatternCompiler(pattern);
        compiler.add(node);
        compiler.op(PatternProgram.MATCH);
        return compiler.program;
    }

    private int op(byte code) {
        return program.add(code, 0, 0, null);
    }

    private void add(Node node) {
        switch (node) {
            case Node.One one -> program.add(PatternProgram.ONE, 0, 0, one.codePoints());
            case Node.Row row -> row.parts().forEach(this::add);
            case Node.Choice choice -> add(choice);
            case Node.Repeat repeat -> add(repeat);
            case Node.Atomic atomic -> atomic(atomic.body());
            case Node.Ahead ahead -> part(
                    ahead.negated() ? PatternProgram.NOT_AHEAD : PatternProgram.AHEAD, ahead.body());
            case Node.Behind behind -> program.add(
                    behind.negated() ? PatternProgram.NOT_BEHIND : PatternProgram.BEHIND, 0, 0, behind.codePoints());
            case Node.At at -> program.add(PatternProgram.AT, at.place().ordinal(), 0, null);
        }
    }

    private void atomic(Node body) {
        atomicDepth++;
        part(PatternProgram.ATOMIC, body);
        atomicDepth--;
    }

    private void part(byte code, Node body) {
        int begin = op(code);
        add(body);
        op(PatternProgram.MATCH);
        program.aim(begin, program.size());
    }

    private void add(Node.Choice choice) {
        int[] jumps = new int[choice.branches().size()];
        for (int i = 0; i < jumps.length; i++) {
            boolean last = i + 1 == jumps.length;
            int split = last ? -1 : op(PatternProgram.SPLIT);
            add(choice.branches().get(i));
            if (!last) {
                jumps[i] = op(PatternProgram.JUMP);
                program.aim(split, split + 1, program.size());
            }
        }
        for (int i = 0; i + 1 < jumps.length; i++) {
            program.aim(jumps[i], program.size());
        }
    }

    private void add(Node.Repeat repeat) {
        if (repeat.body() instanceof Node.One one && repeat.greed() != Node.Greed.LAZY) {
            boolean all = repeat.greed() == Node.Greed.POSSESSIVE;
            program.add(all ? PatternProgram.LOOP_ALL : PatternProgram.LOOP, repeat.min(), repeat.max(),
                    one.codePoints());
            return;
        }
        if (repeat.greed() == Node.Greed.POSSESSIVE) {
            atomic(new Node.Repeat(repeat.body(), repeat.min(), repeat.max(), Node.Greed.GREEDY));
            return;
        }
        for (int i = 0; i < repeat.min(); i++) {
            add(repeat.body());
        }
        boolean lazy = repeat.greed() == Node.Greed.LAZY;
        if (repeat.max() < 0) {
            int split = op(atomicDepth == 0 ? PatternProgram.SPLIT_LOOP : PatternProgram.SPLIT);
            add(repeat.body());
            int jump = op(PatternProgram.JUMP);
            program.aim(jump, split);
            aim(split, split + 1, program.size(), lazy);
            return;
        }
        int[] splits = new int[repeat.max() - repeat.min()];
        for (int i = 0; i < splits.length; i++) {
            splits[i] = op(PatternProgram.SPLIT);
            add(repeat.body());
        }
        for (int split : splits) {
            aim(split, split + 1, program.size(), lazy);
        }
    }

    private void aim(int split, int body, int after, boolean lazy) {
        program.aim(split, lazy ? after : body, lazy ? body : after);
    }
}
