package quern.curation.library;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import quern.curation.Arguments;
import quern.curation.Operator;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;

/** Writes down the parameters of one operator, one after the other. */
final class SpecBuilder {

    /** Data-Juicer's "unlimited". */
    static final double UNLIMITED = 0x1p63;

    private final String name;
    private final List<Parameter> parameters = new ArrayList<>();

    SpecBuilder(String name) {
        this.name = name;
    }

    SpecBuilder bool(String parameter, boolean absent) {
        return with(parameter, Parameter.Kind.BOOL, absent);
    }

    SpecBuilder whole(String parameter, long absent) {
        return with(parameter, Parameter.Kind.WHOLE, absent);
    }

    SpecBuilder number(String parameter, double absent) {
        return with(parameter, Parameter.Kind.NUMBER, absent);
    }

    SpecBuilder text(String parameter, String absent) {
        return with(parameter, Parameter.Kind.TEXT, absent);
    }

    SpecBuilder texts(String parameter, List<String> absent) {
        return with(parameter, Parameter.Kind.TEXTS, absent);
    }

    SpecBuilder with(String parameter, Parameter.Kind kind, Object absent) {
        parameters.add(new Parameter(parameter, kind, absent));
        return this;
    }

    OperatorSpec make(Function<Arguments, Operator> factory) {
        return new OperatorSpec(name, List.copyOf(parameters), factory);
    }
}
