package quern.inference.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.ForwardBatch.AdapterSpan;

/**
 * A plan laid out as rows, those of one adapter next to each other.
 *
 * @param drawing slices whose last row's logits are wanted, each followed by those of its draft's rows, in the order of
 *     the logits
 * @param read slices of prompts that are only read: their hidden states or log-probabilities are wanted
 */
record StepRows(ForwardBatch batch, List<Slice> drawing, List<Read> read) {

    /** @param firstRow row of the batch that holds the slice's first token */
    record Read(Slice slice, int firstRow) {}

    static StepRows of(StepPlan plan, KvLayout layout, Kernels kernels) {
        List<Slice> slices = new ArrayList<>(plan.slices());
        slices.sort(Comparator.comparing(slice -> slice.sequence().adapter.map(a -> a.fingerprint()).orElse("")));
        int[] tokens = new int[plan.rows()];
        int[] positions = new int[tokens.length];
        MemorySegment[][] blocks = new MemorySegment[tokens.length][];
        List<Slice> drawing = new ArrayList<>();
        List<Integer> logitRows = new ArrayList<>();
        List<Read> read = new ArrayList<>();
        List<AdapterSpan> spans = new ArrayList<>();
        int row = 0;
        for (Slice slice : slices) {
            int first = row;
            int drafted = slice.to() + slice.draft().length;
            for (int position = slice.from(); position < drafted; position++, row++) {
                tokens[row] = position < slice.to()
                        ? slice.sequence().tokens()[position] : slice.draft()[position - slice.to()];
                positions[row] = position;
                blocks[row] = slice.sequence().table.memory();
            }
            if (slice.sequence().request.readsOnly()) {
                read.add(new Read(slice, first));
            } else if (slice.draws()) {
                drawing.add(slice);
                for (int wanted = row - 1 - slice.draft().length; wanted < row; wanted++) {
                    logitRows.add(wanted);
                }
            }
            int end = row;
            slice.sequence().adapter.ifPresent(
                    adapter -> extend(spans, new AdapterSpan(first, end, adapter.matrices(kernels))));
        }
        return new StepRows(new ForwardBatch(tokens, new KvRows(layout, blocks, positions), List.copyOf(spans),
                logitRows.stream().mapToInt(Integer::intValue).toArray()), drawing, read);
    }

    private static void extend(List<AdapterSpan> spans, AdapterSpan next) {
        AdapterSpan last = spans.isEmpty() ? null : spans.getLast();
        if (last != null && last.adapter() == next.adapter() && last.to() == next.from()) {
            spans.set(spans.size() - 1, new AdapterSpan(last.from(), next.to(), last.adapter()));
        } else {
            spans.add(next);
        }
    }
}
