package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.DataSize;
import quern.config.EngineConfig;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.config.SchedulingConfig;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.MemoryBlockPool;
import quern.inference.TinyAdapter;
import quern.inference.cache.BlockLoad;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.format.ModelFile;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;

/** A loop over a strict pool, driven by hand, with what each sequence got. */
final class EngineRun {

    static final SchedulingConfig SCHEDULING =
            new SchedulingConfig(Duration.ofSeconds(10), DataSize.parse("1MiB"), 0, 0.1, Duration.ZERO);

    /** What a sequence got so far. */
    static final class Answer {
        final List<Integer> tokens = new ArrayList<>();
        final List<TokenLogprobs> logprobs = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        EngineEvent terminal;

        float[] vector() {
            return ((EngineEvent.Embedded) terminal).vector();
        }

        EngineEvent.Finished finished() {
            return (EngineEvent.Finished) terminal;
        }
    }

    final LoadedModel model;
    final KvLayout layout;
    final MemoryBlockPool pool;
    final int poolBlocks;
    final EngineLoop loop;
    final Map<Long, Answer> answers = new HashMap<>();
    final List<EngineEvent.WorkEnded> workEnded = new ArrayList<>();
    final long[] nanos = new long[1];

    EngineRun(ModelFile file, Product product, int poolBlocks, int blockTokens, EngineConfig config) {
        this(file, new ScalarKernels(), product, poolBlocks, blockTokens, config);
    }

    EngineRun(
            ModelFile file, Kernels kernels, Product product, int poolBlocks, int blockTokens, EngineConfig config) {
        this(file, kernels, product, poolBlocks, blockTokens, config, KvConfig.ElementType.F16);
    }

    EngineRun(
            ModelFile file, Kernels kernels, Product product, int poolBlocks, int blockTokens, EngineConfig config,
            KvConfig.ElementType kvType) {
        this(file, Optional.empty(), kernels, product, poolBlocks, blockTokens, config, kvType);
    }

    EngineRun(
            ModelFile file, Optional<LoadedEncoder> encoder, Kernels kernels, Product product, int poolBlocks,
            int blockTokens, EngineConfig config, KvConfig.ElementType kvType) {
        this.model = LoadedModel.load(file, kernels, product);
        model.adapters().publish("one", TinyAdapter.of(model, 4, 0.5f, 1));
        model.adapters().publish("two", TinyAdapter.withMagnitudes(model, 3, 0.5f, 2));
        this.layout = model.kvLayout(ForwardRun.kv(blockTokens, kvType));
        this.pool = new MemoryBlockPool(poolBlocks, layout.blockBytes());
        this.poolBlocks = poolBlocks;
        this.loop = new EngineLoop(model, encoder, pool, layout, config, () -> nanos[0]);
    }

    static EngineConfig config(int maxBatchedTokens, int sequencesMax) {
        return config(maxBatchedTokens, sequencesMax, SCHEDULING);
    }

    static EngineConfig config(int maxBatchedTokens, int sequencesMax, SchedulingConfig scheduling) {
        return config(maxBatchedTokens, sequencesMax, 3, scheduling);
    }

    static EngineConfig config(
            int maxBatchedTokens, int sequencesMax, int draftTokensMax, SchedulingConfig scheduling) {
        return new EngineConfig(Optional.empty(), LoadType.AS_STORED, 0, maxBatchedTokens, sequencesMax, 1000, 8, 16,
                draftTokensMax, Product.F32, Duration.ofMillis(50), Optional.empty(), Optional.empty(), 16, scheduling);
    }

    void submit(SequenceRequest request) {
        loop.submit(request);
        assertNull(answers.put(request.id(), new Answer()));
    }

    void submit(EncodeRequest request) {
        loop.submit(request);
        assertNull(answers.put(request.id(), new Answer()));
    }

    void submit(long id, int[] prompt, SamplingParameters sampling) {
        submit(SequenceRequest.of(id, prompt, sampling));
    }

    Answer answer(long id) {
        return answers.get(id);
    }

    List<EngineEvent> step() {
        List<EngineEvent> events = loop.step();
        for (EngineEvent event : events) {
            switch (event) {
                case EngineEvent.TokenProduced token -> {
                    Answer answer = answers.get(token.sequenceId());
                    assertNull(answer.terminal, "token after the terminal event");
                    answer.tokens.add(token.token());
                    answer.text.append(token.text());
                    token.logprobs().ifPresent(answer.logprobs::add);
                }
                case EngineEvent.Finished finished -> {
                    end(finished.sequenceId(), finished);
                    answers.get(finished.sequenceId()).text.append(finished.text());
                }
                case EngineEvent.Embedded embedded -> end(embedded.sequenceId(), embedded);
                case EngineEvent.Scored scored -> end(scored.sequenceId(), scored);
                case EngineEvent.Failed failed -> end(failed.sequenceId(), failed);
                case EngineEvent.WorkEnded ended -> workEnded.add(ended);
            }
        }
        return events;
    }

    private void end(long id, EngineEvent terminal) {
        assertNull(answers.get(id).terminal, "second terminal event of sequence " + id);
        answers.get(id).terminal = terminal;
    }

    /** Steps, with loads carried out at once, until nothing is left; then nothing may be held. */
    void finish() {
        for (int steps = 0; loop.hasWork(); steps++) {
            assertTrue(steps < 20_000, "no end in sight");
            step();
            for (BlockLoad load : loop.takeLoads()) {
                loop.loaded(load, pool.load(load.key(), load.tokens(), load.target()));
            }
        }
        assertEquals(poolBlocks, pool.availableBlocks());
        assertEquals(0, loop.stats().keptBytes());
        answers.forEach((id, answer) -> assertTrue(answer.terminal != null, "sequence " + id + " has no end"));
    }

    /** The request run alone on a loop of its own, nothing cached, in large steps. */
    static Answer alone(ModelFile file, Product product, SequenceRequest request) {
        EngineRun run = new EngineRun(file, product, 64, 32, config(512, 1));
        run.submit(request);
        run.finish();
        return run.answer(request.id());
    }
}
