package quern.inference.tokenizer.pattern;

import java.util.Arrays;

/**
 * One text being searched: backtracking on a stack of its own, made linear by three memories. A loop over one set keeps
 * the end of the run it is in and from where on its continuations failed; a repeated group keeps the positions it was
 * tried at; and every step is counted against a budget.
 */
final class PatternRun {

    private static final long STEPS_PER_CHAR = 256;
    private static final long STEPS_ALWAYS = 1 << 20;

    private final PatternProgram program;
    private final String text;
    private final int length;
    private long stepsLeft;

    /* Alternatives still to try: instruction, position, and for a loop the lowest position it may give back to, else
       -1. */
    private int[] stack = new int[96];
    private int depth;

    private final int[] runFroms;
    private final int[] runEnds;
    private final int[] failedFroms;

    private long[] tried;
    private long[] won;
    /* Tries of repeated groups not known to have failed: key and the depth of the stack then. */
    private long[] openKeys = new long[16];
    private int[] openDepths = new int[16];
    private int open;

    PatternRun(PatternProgram program, String text) {
        this.program = program;
        this.text = text;
        this.length = text.length();
        this.stepsLeft = STEPS_ALWAYS + STEPS_PER_CHAR * length;
        this.runFroms = new int[program.loopCount()];
        this.runEnds = new int[program.loopCount()];
        Arrays.fill(runEnds, -1);
        this.failedFroms = new int[program.loopCount()];
    }

    /** Where the match that begins at {@code from} ends, -1 if there is none. Calls go from left to right. */
    int match(int from) {
        return run(0, from);
    }

    private int run(int start, int from) {
        int base = depth;
        int openBase = open;
        int pc = start;
        int at = from;
        while (true) {
            if (--stepsLeft < 0) {
                throw new PatternException(
                        program.pattern(), "takes too many steps on a text of " + length + " characters");
            }
            int next = -1;
            switch (program.code(pc)) {
                case PatternProgram.MATCH -> {
                    return end(base, openBase, at);
                }
                case PatternProgram.JUMP -> next = program.x(pc);
                case PatternProgram.SPLIT -> {
                    push(program.y(pc), at, -1);
                    next = program.x(pc);
                }
                case PatternProgram.SPLIT_LOOP -> {
                    int known = tried(pc, at);
                    // In a look-ahead any end will do; else the match before ended here, so that this one is empty.
                    if (known > 0) {
                        return end(base, openBase, at);
                    }
                    if (known < 0) {
                        push(program.y(pc), at, -1);
                        next = program.x(pc);
                    }
                }
                case PatternProgram.LOOP -> {
                    int end = loop(pc, at);
                    at = Math.max(end, 0);
                    next = end < 0 ? -1 : pc + 1;
                }
                default -> {
                    int end = consume(pc, at);
                    at = Math.max(end, 0);
                    next = end < 0 ? -1 : skips(pc) ? program.x(pc) : pc + 1;
                }
            }
            if (next >= 0) {
                pc = next;
                continue;
            }
            if (!back(base, openBase)) {
                return -1;
            }
            pc = stack[3 * depth];
            at = stack[3 * depth + 1];
            // An entry of a loop stays until its lowest position has been tried, see back().
            if (stack[3 * depth + 2] >= 0) {
                depth++;
                pc++;
            }
        }
    }

    private boolean skips(int pc) {
        byte code = program.code(pc);
        return code == PatternProgram.AHEAD || code == PatternProgram.NOT_AHEAD || code == PatternProgram.ATOMIC;
    }

    private int end(int base, int openBase, int at) {
        while (open > openBase) {
            long key = openKeys[--open];
            won[(int) (key >> 6)] |= 1L << key;
        }
        depth = base;
        return at;
    }

    /** Makes the entry at {@code depth} the one to go on with; false if all from {@code base} on are used up. */
    private boolean back(int base, int openBase) {
        while (depth > base) {
            depth--;
            while (open > openBase && openDepths[open - 1] > depth) {
                open--;
            }
            int lowest = stack[3 * depth + 2];
            if (lowest < 0) {
                return true;
            }
            int failed = stack[3 * depth + 1];
            noteFailure(stack[3 * depth], failed);
            if (failed > lowest) {
                int lower = before(failed);
                stack[3 * depth + 1] = lower;
                return true;
            }
        }
        while (open > openBase) {
            open--;
        }
        return false;
    }

    private void noteFailure(int pc, int failed) {
        int loop = program.memo(pc);
        if (loop >= 0 && failed >= runFroms[loop] && failed <= runEnds[loop] && failed < failedFroms[loop]) {
            failedFroms[loop] = failed;
        }
    }

    private void push(int pc, int at, int lowest) {
        if (3 * depth + 3 > stack.length) {
            stack = Arrays.copyOf(stack, 2 * stack.length);
        }
        stack[3 * depth] = pc;
        stack[3 * depth + 1] = at;
        stack[3 * depth + 2] = lowest;
        depth++;
    }

    /** Positions at which the loop's continuation can be tried; gives the highest, -1 if there is none. */
    private int loop(int pc, int at) {
        CharSet set = program.set(pc);
        int lowest = at;
        for (int i = program.x(pc); i > 0; i--) {
            lowest = one(set, lowest);
            if (lowest < 0) {
                return -1;
            }
        }
        int loop = program.memo(pc);
        int end = loop < 0 ? bounded(set, lowest, program.y(pc) - program.x(pc)) : unbounded(set, loop, at, lowest);
        if (end < lowest) {
            return -1;
        }
        push(pc, end, lowest);
        return end;
    }

    private int bounded(CharSet set, int from, int most) {
        int end = from;
        for (int i = most; i > 0; i--) {
            int next = one(set, end);
            if (next < 0) {
                break;
            }
            end = next;
        }
        return end;
    }

    private int unbounded(CharSet set, int loop, int at, int lowest) {
        if (runEnds[loop] < lowest || runFroms[loop] > at) {
            int end = lowest;
            for (int next = one(set, end); next >= 0; next = one(set, end)) {
                end = next;
            }
            runFroms[loop] = at;
            runEnds[loop] = end;
            failedFroms[loop] = Integer.MAX_VALUE;
        }
        if (failedFroms[loop] > runEnds[loop]) {
            return runEnds[loop];
        }
        return failedFroms[loop] == 0 ? -1 : before(failedFroms[loop]);
    }

    /** Where an instruction without alternatives leads, -1 if it fails. */
    private int consume(int pc, int at) {
        return switch (program.code(pc)) {
            case PatternProgram.ONE -> one(program.set(pc), at);
            case PatternProgram.LOOP_ALL -> loopAll(pc, at);
            case PatternProgram.AHEAD -> run(pc + 1, at) >= 0 ? at : -1;
            case PatternProgram.NOT_AHEAD -> run(pc + 1, at) >= 0 ? -1 : at;
            case PatternProgram.ATOMIC -> run(pc + 1, at);
            case PatternProgram.BEHIND -> at > 0 && program.set(pc).has(text.codePointBefore(at)) ? at : -1;
            case PatternProgram.NOT_BEHIND -> at > 0 && program.set(pc).has(text.codePointBefore(at)) ? -1 : at;
            case PatternProgram.AT -> isAt(Node.Place.values()[program.x(pc)], at) ? at : -1;
            default -> throw new IllegalStateException("instruction " + program.code(pc));
        };
    }

    private int loopAll(int pc, int at) {
        int lowest = at;
        for (int i = program.x(pc); i > 0 && lowest >= 0; i--) {
            lowest = one(program.set(pc), lowest);
        }
        int most = program.y(pc) < 0 ? Integer.MAX_VALUE : program.y(pc) - program.x(pc);
        return lowest < 0 ? -1 : bounded(program.set(pc), lowest, most);
    }

    private int one(CharSet set, int at) {
        if (at >= length) {
            return -1;
        }
        stepsLeft--;
        int c = text.codePointAt(at);
        return set.has(c) ? at + Character.charCount(c) : -1;
    }

    private int before(int at) {
        return at - Character.charCount(text.codePointBefore(at));
    }

    private boolean isAt(Node.Place place, int at) {
        return switch (place) {
            case TEXT_START -> at == 0;
            case TEXT_END -> at == length;
            case TEXT_END_OR_LAST_BREAK -> at == length || at == length - 1 && text.charAt(at) == '\n';
            case LINE_START -> at == 0 || text.charAt(at - 1) == '\n';
            case LINE_END -> at == length || text.charAt(at) == '\n';
            case WORD_EDGE -> isWord(at) != (at > 0 && CharSet.WORD.has(text.codePointBefore(at)));
            case NO_WORD_EDGE -> isWord(at) == (at > 0 && CharSet.WORD.has(text.codePointBefore(at)));
        };
    }

    private boolean isWord(int at) {
        return at < length && CharSet.WORD.has(text.codePointAt(at));
    }

    /** -1 and remembered now if this was not tried before, 1 if it led to a match, 0 if it did not. */
    private int tried(int pc, int at) {
        if (tried == null) {
            tried = new long[(int) (((long) program.memoCount() * (length + 1) >> 6) + 1)];
            won = new long[tried.length];
        }
        long key = (long) program.memo(pc) * (length + 1) + at;
        long bit = 1L << key;
        int word = (int) (key >> 6);
        if ((tried[word] & bit) != 0) {
            return (won[word] & bit) != 0 ? 1 : 0;
        }
        tried[word] |= bit;
        if (open == openKeys.length) {
            openKeys = Arrays.copyOf(openKeys, 2 * open);
            openDepths = Arrays.copyOf(openDepths, 2 * open);
        }
        openKeys[open] = key;
        openDepths[open++] = depth;
        return -1;
    }
}
