package quern.inference.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.config.QuernException;
import quern.gpu.tensor.Rows;
import quern.inference.engine.EngineEvent.Failed;
import quern.inference.engine.EngineEvent.Scored;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.engine.StepRows.Read;
import quern.inference.sampling.Sampler;
import quern.inference.transformer.Transformer;

/** Reads log-probabilities of given tokens off the logits of the prompts that want them, a few rows at a time. */
final class Scoring {

    /** Rows of logits that are held at once, whatever the length of the prompt. */
    private static final int ROWS_MAX = 32;

    private record Wanted(Sequence sequence, int position, int row) {}

    private final Transformer transformer;
    private final Sampler sampler;

    Scoring(Transformer transformer, Sampler sampler) {
        this.transformer = transformer;
        this.sampler = sampler;
    }

    /**
     * Takes what the latest forward pass has left.
     *
     * @return terminal events of the sequences whose last token it computed
     */
    List<EngineEvent.Terminal> take(StepRows rows) {
        List<Wanted> wanted = new ArrayList<>();
        List<EngineEvent.Terminal> ended = new ArrayList<>();
        for (Read read : rows.read()) {
            Slice slice = read.slice();
            for (int position = slice.from(); position < slice.to(); position++) {
                if (slice.sequence().scored.wants(position)) {
                    wanted.add(new Wanted(slice.sequence(), position, read.firstRow() + position - slice.from()));
                }
            }
        }
        for (int from = 0; from < wanted.size(); from += ROWS_MAX) {
            add(wanted.subList(from, Math.min(wanted.size(), from + ROWS_MAX)));
        }
        for (Read read : rows.read()) {
            if (read.slice().draws() && read.slice().sequence().request.scoredFrom().isPresent()) {
                ended.add(terminal(read.slice().sequence()));
            }
        }
        return ended;
    }

    private void add(List<Wanted> wanted) {
        Rows logits = transformer.logits(wanted.stream().mapToInt(Wanted::row).toArray());
        for (int i = 0; i < wanted.size(); i++) {
            Sequence sequence = wanted.get(i).sequence();
            int token = sequence.tokens()[wanted.get(i).position() + 1];
            sequence.scored.add(sampler.logprobs(logits.values(), logits.at(i), token, 0).logprob());
        }
    }

    private static EngineEvent.Terminal terminal(Sequence sequence) {
        double[] logprobs = sequence.scored.logprobs();
        return Arrays.stream(logprobs).allMatch(Double::isFinite)
                ? new Scored(sequence.id(), logprobs, sequence.usage())
                : new Failed(sequence.id(), new QuernException(
                        QuernException.Category.ERROR, "log-probabilities of the text are not finite"));
    }
}
