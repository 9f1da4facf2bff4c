package quern.actors.engine;

import quern.config.ApplianceConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.kv.BlockStore;
import quern.kv.DataDirectory;
import quern.kv.vault.SealedBlocks;

/**
 * What all models of a process run on: kernels and their threads, which they use by turns, and the tiers below their
 * arenas. Closing it ends the threads, so every model must be closed before.
 *
 * @param directory of the process's data
 */
public record Machine(BackendChoice choice, BlockStore blocks, DataDirectory directory) implements AutoCloseable {

    /** @throws quern.config.QuernException FATAL if the backend that is asked for cannot be had */
    public static Machine open(ApplianceConfig config, DataDirectory directory) {
        return new Machine(BackendChoice.choose(config.backend()),
                BlockStore.in(directory.blocks(), config.kv(), SealedBlocks.of(directory.vault())), directory);
    }

    public Backend backend() {
        return choice.backend();
    }

    @Override
    public void close() {
        choice.backend().close();
    }
}
