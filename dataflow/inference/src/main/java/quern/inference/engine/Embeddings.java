package quern.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import quern.config.QuernException;
import quern.gpu.tensor.Rows;
import quern.inference.encoder.PooledRow;
import quern.inference.engine.EngineEvent.Embedded;
import quern.inference.engine.EngineEvent.Failed;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.engine.StepRows.Read;
import quern.inference.transformer.Transformer;

/** Pools the hidden states of the sequences that want an embedding. */
final class Embeddings {

    private record Wanted(PooledRow target, int row) {}

    private final Transformer transformer;

    Embeddings(Transformer transformer) {
        this.transformer = transformer;
    }

    /**
     * Takes what the latest forward pass has left.
     *
     * @return terminal events of the sequences whose last token it computed
     */
    List<EngineEvent.Terminal> take(StepRows rows) {
        List<Wanted> wanted = new ArrayList<>();
        List<Read> embedded = rows.read().stream().filter(read -> read.slice().sequence().pooled.isPresent()).toList();
        embedded.forEach(read -> addWanted(read, wanted));
        if (!wanted.isEmpty()) {
            Rows states = transformer.hidden(wanted.stream().mapToInt(Wanted::row).toArray());
            for (int i = 0; i < wanted.size(); i++) {
                wanted.get(i).target().add(states.values(), states.at(i));
            }
        }
        return embedded.stream().map(Read::slice).filter(Slice::draws).map(Slice::sequence)
                .map(sequence -> terminal(
                        sequence.id(), sequence.pooled.orElseThrow()::vector, sequence.request.prompt().length))
                .toList();
    }

    private static void addWanted(Read read, List<Wanted> wanted) {
        Slice slice = read.slice();
        PooledRow target = slice.sequence().pooled.orElseThrow();
        for (int position = slice.from(); position < slice.to(); position++) {
            if (target.wants(position, slice.sequence().count())) {
                wanted.add(new Wanted(target, read.firstRow() + position - slice.from()));
            }
        }
    }

    static EngineEvent.Terminal terminal(long sequenceId, Supplier<float[]> vector, int tokens) {
        try {
            return new Embedded(sequenceId, vector.get(), new Usage(tokens, 0, 0));
        } catch (QuernException notFinite) {
            return new Failed(sequenceId, notFinite);
        }
    }
}
