package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.DataSize;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.kernel.KvLayout;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;
import quern.kv.TierStack;

/** The loop over the real tiers, one process life after the other. */
class EngineTiersTest {

    private final LoadedModel model = LoadedModel.load(TinyModel.llama(7), new ScalarKernels(), Product.F32);
    private final KvConfig kv = new KvConfig(8, KvConfig.ElementType.F16, DataSize.parse("1MiB"),
            DataSize.parse("8MiB"), DataSize.parse("8MiB"), true, true, 100);
    private final KvLayout layout = model.kvLayout(kv);
    private final int[] prompt = new Random(1).ints(94, 0, 60).toArray();

    /** One life: open, ask, close. */
    private Life life(Path directory) {
        List<TokenLogprobs> logprobs = new ArrayList<>();
        EngineEvent.Finished finished = null;
        try (TierStack tiers = TierStack.open(kv, layout.blockBytes(), layout + model.arithmetic(), directory)) {
            tiers.openLower();
            EngineLoop loop = new EngineLoop(model, tiers, layout, EngineRun.config(64, 2));
            int blocksTotal = tiers.availableBlocks();
            loop.submit(SequenceRequest.of(1, prompt, SamplingParameters.plain(3, 16).withLogprobs(2)));
            while (finished == null) {
                for (EngineEvent event : loop.step()) {
                    switch (event) {
                        case EngineEvent.TokenProduced token -> logprobs.add(token.logprobs().orElseThrow());
                        case EngineEvent.Finished end -> finished = end;
                        default -> throw new AssertionError(event.toString());
                    }
                }
                for (BlockLoad load : loop.takeLoads()) {
                    loop.loaded(load, tiers.load(load.key(), load.tokens(), load.target()));
                }
            }
            assertEquals(blocksTotal, tiers.availableBlocks());
        }
        return new Life(logprobs, finished.usage());
    }

    private record Life(List<TokenLogprobs> logprobs, Usage usage) {}

    @Test
    void shouldFindThePromptAndAnswerTheSameWhenTheProcessStartsAgain(@TempDir Path directory) {
        Life cold = life(directory);
        Life warm = life(directory);
        assertEquals(0, cold.usage().cachedTokens());
        assertEquals(93, warm.usage().cachedTokens());
        assertEquals(cold.logprobs(), warm.logprobs());
        assertTrue(cold.logprobs().size() > 0);
    }
}
