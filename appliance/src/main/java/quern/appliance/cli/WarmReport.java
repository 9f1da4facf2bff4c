package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import quern.actors.engine.WeightPlan;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.kv.DataDirectory;
import quern.kv.WarmPlace;

/** What the doctor says of a warm tier that is not in the data directory. */
final class WarmReport {

    private WarmReport() {}

    /** @return whether a server could use it */
    static boolean add(ObjectNode node, ApplianceConfig config) {
        WarmPlace place = WarmPlace.of(DataDirectory.blocksIn(config.data()), config.kv());
        node.put("directory", place.directory().toString())
                .put("kind", place.inMemory() ? "memory, counted against weights.memory" : "disk")
                .put("bytes_max", config.kv().warm().bytes())
                .put("survives", place.inMemory() ? "kill -9 and a restart of Quern, no reboot" : "a reboot")
                .put("encrypted", config.encryption().atRest() && place.sealed());
        if (place.inMemory() && place.sealed()) {
            node.put("why_encrypted", "this machine swaps, so what is in memory may come to lie on a disk");
        }
        try {
            WeightPlan.requireRoomForBlocks(config);
            return true;
        } catch (QuernException refused) {
            node.put("refused", refused.getMessage());
            return false;
        }
    }
}
