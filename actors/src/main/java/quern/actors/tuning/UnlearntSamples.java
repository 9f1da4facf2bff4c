package quern.actors.tuning;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quern.actors.House;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.config.TuningConfig;
import quern.tuning.ExampleEncoder;
import quern.tuning.TrainingSample;
import quern.tuning.TuningSet;

/**
 * What of some samples none of several adapters has learnt, so that a gate can measure on it.
 *
 * @param samples those
 * @param learnt how many others there were
 * @param unknown adapters, or datasets of theirs, of which it is not known any more what they taught
 */
record UnlearntSamples(List<TrainingSample> samples, int learnt, List<String> unknown) {

    /**
     * Blocks: it encodes all that the adapters have learnt, as their tunings did.
     *
     * @throws QuernException ERROR if nothing is left
     */
    static UnlearntSamples of(TrainingSamples given, Ancestry ancestry, House house, House.Running running) {
        TuningConfig config = house.config().tuning();
        List<TrainingSample> left = given.samples();
        List<String> unknown = new ArrayList<>(ancestry.unknown());
        for (TuningSpec tuning : ancestry.tunings()) {
            TuningSet set;
            try {
                set = TuningCheck.set(TrainingSamples.read(house.stores(), tuning.trainingIds(), config.samplesMax(),
                        tuning.preference().isPresent()), tuning, running, config);
            } catch (QuernException gone) {
                if (gone.category() != Category.ERROR) {
                    throw gone;
                }
                unknown.addAll(tuning.trainingIds());
                continue;
            }
            Set<String> hashes = new HashSet<>();
            set.training().forEach(segment -> hashes.add(TuningSet.sha256(segment.chosen())));
            ExampleEncoder encoder = ExampleEncoder.of(
                    running.parts().model(), tuning.sequenceTokens(running.parts().contextTokens()));
            left = left.stream().filter(sample -> encoder.encode(sample).segments().stream()
                    .map(TuningSet::sha256).noneMatch(hashes::contains)).toList();
        }
        if (left.isEmpty()) {
            throw new QuernException(Category.ERROR, "the adapters have learnt all " + given.samples().size()
                    + " samples they are to be measured on, expected at least one they have not; name other data");
        }
        return new UnlearntSamples(left, given.samples().size() - left.size(), List.copyOf(unknown));
    }
}
