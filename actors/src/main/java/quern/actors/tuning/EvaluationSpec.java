package quern.actors.tuning;

import java.util.Optional;

/**
 * What an evaluation was asked for, every parameter effective.
 *
 * @param model id of a model or an adapter
 * @param base id of the adapter's base, which is asked the same; absent: no comparison
 * @param checksId an uploaded file of checks
 * @param checksMin least share of them that must pass
 * @param checksLostMax most that the base passes and the adapter fails
 * @param seesAll whether whoever asked for it may name everybody's models
 */
public record EvaluationSpec(
        String model, Optional<String> base, String checksId, double checksMin, int checksLostMax, boolean seesAll) {}
