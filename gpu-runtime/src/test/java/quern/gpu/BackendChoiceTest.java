package quern.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import quern.config.BackendConfig;
import quern.config.QuernException;

class BackendChoiceTest {

    @Test
    void shouldRecordEachRefusalWhenChoosingByItself() {
        var choice = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 2));
        try (var backend = choice.backend()) {
            var first = choice.refusals().getFirst();
            assertEquals("cuda", first.name());
            assertTrue(first.reason().contains("libcuda.so.1 not found") || first.reason().startsWith("driver found"));
            assertTrue(backend.description().startsWith(backend.kernels().name()));
        }
    }

    @Test
    void shouldGiveTheNamedBackendWhenItCanRun() {
        var choice = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.SCALAR, 1));
        try (var backend = choice.backend()) {
            assertEquals("scalar", backend.kernels().name());
            assertEquals(1, backend.team().threads());
            assertTrue(choice.refusals().isEmpty());
        }
    }

    @Test
    void shouldFailWithTheReasonWhenTheNamedBackendCannotRun() {
        var thrown = assertThrows(
                QuernException.class, () -> BackendChoice.choose(new BackendConfig(BackendConfig.Choice.CUDA, 1)));
        assertEquals(QuernException.Category.FATAL, thrown.category());
        assertTrue(thrown.getMessage().contains("cuda cannot run here: "));
    }
}
