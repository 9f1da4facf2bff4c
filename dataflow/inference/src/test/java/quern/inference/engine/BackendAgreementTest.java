package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.TinyModel;
import quern.inference.sampling.SamplingParameters;

/** The vector backend answers the same bits as the scalar one, whole requests through. */
class BackendAgreementTest {

    private final TinyModel llama = TinyModel.llama(7);
    private final TinyModel qwen2 = TinyModel.qwen2(8);

    @ParameterizedTest
    @EnumSource(Product.class)
    void shouldAnswerTheSameBitsAsScalarOnTwoThreads(Product product) {
        BackendConfig vector = new BackendConfig(BackendConfig.Choice.VECTOR, 2);
        try (Backend backend = BackendChoice.choose(vector).backend()) {
            for (TinyModel model : new TinyModel[] {llama, qwen2}) {
                EngineRun run = new EngineRun(model, backend.kernels(), product, 64, 8, EngineRun.config(50, 4));
                for (int i = 0; i < 4; i++) {
                    run.submit(request(i));
                }
                run.finish();
                for (int i = 0; i < 4; i++) {
                    EngineRun.Answer alone = EngineRun.alone(model, product, request(i));
                    assertEquals(alone.tokens, run.answer(i).tokens);
                    assertEquals(alone.logprobs, run.answer(i).logprobs);
                }
            }
        }
    }

    private static SequenceRequest request(int id) {
        int[] prompt = new Random(id).ints(3 + 29 * id, 0, 50).toArray();
        SamplingParameters sampling = SamplingParameters.plain(id, 12).withLogprobs(3).ignoringEos();
        return new SequenceRequest(id, prompt, sampling, "", id == 2 ? Optional.of("one") : Optional.empty(), true, 0,
                Optional.empty());
    }
}
