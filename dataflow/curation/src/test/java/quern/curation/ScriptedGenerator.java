package quern.curation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Answers from a script: the next of a list of texts and failures, or whatever a function says. Any thread. */
final class ScriptedGenerator implements TextGenerator {

    /** An answer that the longest length cut off. */
    record Cut(String text) {}

    private final Function<Request, Object> script;
    private final List<Request> requests = new ArrayList<>();

    private ScriptedGenerator(Function<Request, Object> script) {
        this.script = script;
    }

    /** A text, a {@link Cut}, or an exception for each request; the last one again and again. */
    static ScriptedGenerator of(Object... answers) {
        int[] next = new int[1];
        return new ScriptedGenerator(_ -> answers[Math.min(next[0]++, answers.length - 1)]);
    }

    static ScriptedGenerator by(Function<Request, Object> script) {
        return new ScriptedGenerator(script);
    }

    static GenerationException timeout() {
        return new GenerationException(GenerationException.Kind.TIMEOUT, "as scripted");
    }

    static GenerationException tooLong() {
        return new GenerationException(GenerationException.Kind.TOO_LONG, "as scripted");
    }

    synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public synchronized Answer generate(Request request) {
        requests.add(request);
        return switch (script.apply(request)) {
            case RuntimeException failure -> throw failure;
            case Cut cut -> new Answer(cut.text(), false);
            case Object text -> new Answer((String) text, true);
        };
    }

    /** One element for the length, one for the number of words; then of length 1. */
    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(text -> {
            if (text.contains("TOO LONG")) {
                throw tooLong();
            }
            double a = text.length();
            double b = text.split(" ").length;
            double norm = Math.hypot(a, b);
            return new float[] {(float) (a / norm), (float) (b / norm)};
        }).toList();
    }

    /** Every word is a token; one that was read before is likely, another is not. */
    @Override
    public double[] logLikelihoods(String context, String continuation) {
        if (continuation.contains("TOO LONG")) {
            throw tooLong();
        }
        List<String> seen = new ArrayList<>(List.of(context.strip().split(" ")));
        List<Double> all = new ArrayList<>();
        for (String word : continuation.strip().split(" ")) {
            if (!word.isEmpty()) {
                all.add(seen.contains(word) ? Math.log(0.5) : Math.log(0.125));
                seen.add(word);
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
