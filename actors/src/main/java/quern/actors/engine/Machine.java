package quern.actors.engine;

import quern.config.ApplianceConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.AdapterBudget;
import quern.kv.BlockStore;
import quern.kv.DataDirectory;
import quern.kv.vault.SealedBlocks;

/**
 * What all models of a process run on: kernels and their threads, which they use by turns, and the tiers below their
 * arenas. Closing it ends the threads, so every model must be closed before.
 *
 * @param directory of the process's data
 * @param adapters memory that the adapters of all models may take together
 */
public record Machine(BackendChoice choice, BlockStore blocks, DataDirectory directory, AdapterBudget adapters)
        implements AutoCloseable {

    /**
     * @throws quern.config.QuernException FATAL if the backend that is asked for cannot be had, or the warm tier's
     *     directory cannot hold it
     */
    public static Machine open(ApplianceConfig config, DataDirectory directory) {
        WeightPlan.requireRoomForBlocks(config);
        return new Machine(BackendChoice.choose(config.backend()),
                BlockStore.in(directory.blocks(), config.kv(), SealedBlocks.of(directory.vault())), directory,
                new AdapterBudget(config.adapters().memory().bytes()));
    }

    public Backend backend() {
        return choice.backend();
    }

    @Override
    public void close() {
        choice.backend().close();
    }
}
