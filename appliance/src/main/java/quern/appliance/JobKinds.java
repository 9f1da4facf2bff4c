package quern.appliance;

import java.util.EnumMap;
import java.util.Map;
import quern.actors.House;
import quern.actors.jobs.JobStarter;
import quern.kv.journal.JobKind;

/** What runs the jobs of each kind. */
final class JobKinds {

    private final House house;

    JobKinds(House house) {
        this.house = house;
    }

    Map<JobKind, JobStarter> starters() {
        return new EnumMap<>(JobKind.class);
    }
}
