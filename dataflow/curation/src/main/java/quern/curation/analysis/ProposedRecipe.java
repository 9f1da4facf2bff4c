package quern.curation.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;
import quern.curation.OperatorLibrary;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.Recipe;

/** A recipe with the proposed thresholds in the place of its own. Comments of the recipe are not kept. */
public final class ProposedRecipe {

    private static final int DEPTH_MAX = 40;

    private final Recipe recipe;
    private final OperatorLibrary library;

    public ProposedRecipe(Recipe recipe, OperatorLibrary library) {
        this.recipe = recipe;
        this.library = library;
    }

    /** @param proposals of its filters; filters without one stay as they are */
    public String with(List<Proposal> proposals) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEPTH_MAX);
        Map<Object, Object> all = new LinkedHashMap<>();
        if (new Yaml(new SafeConstructor(options)).load(recipe.text()) instanceof Map<?, ?> given) {
            all.putAll(given);
        }
        List<Object> process = new ArrayList<>();
        Map<String, Integer> uses = new LinkedHashMap<>();
        for (Recipe.Step step : recipe.steps()) {
            int use = uses.merge(step.operator(), 1, Integer::sum);
            String label = step.operator() + (use == 1 ? "" : "#" + use);
            Map<String, Object> parameters = new LinkedHashMap<>(step.parameters());
            proposals.stream().filter(proposal -> proposal.label().equals(label)).findFirst()
                    .ifPresent(proposal -> put(step.operator(), proposal, parameters));
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(step.operator(), parameters.isEmpty() ? null : parameters);
            process.add(entry);
        }
        all.put("process", process);
        DumperOptions style = new DumperOptions();
        style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        style.setSplitLines(false);
        return new Yaml(new SafeConstructor(options), new Representer(style), style).dump(all);
    }

    private void put(String operator, Proposal proposal, Map<String, Object> parameters) {
        bound(operator, "min_").ifPresent(name -> parameters.put(name, plain(proposal.min())));
        bound(operator, "max_").ifPresent(name -> parameters.put(name, plain(proposal.max())));
    }

    /** The parameter that holds the least or the greatest value. */
    private Optional<String> bound(String operator, String prefix) {
        return library.find(operator).map(OperatorSpec::parameters).orElse(List.of()).stream()
                .filter(parameter -> parameter.kind() == Parameter.Kind.NUMBER).map(Parameter::name)
                .filter(name -> name.startsWith(prefix)).findFirst();
    }

    private static Object plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? (Object) (long) value : (Object) value;
    }
}
