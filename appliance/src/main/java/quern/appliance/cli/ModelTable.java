package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.reference.ReferenceAnswers;
import quern.inference.reference.ReferenceCheck;
import quern.inference.reference.ReferenceFiles;

/** {@code doctor --models}: every model below a directory, run against the reference answers beside it. */
final class ModelTable {

    private static final List<String> HEADS =
            List.of("model", "architecture", "type", "exact", "allowed", "as served", "allowed", "greedy", "ok");

    private ModelTable() {}

    /** @return whether all passed, and there was one */
    static boolean print(Screen screen, Path root, BackendConfig config) {
        if (!Files.isDirectory(root)) {
            throw new UsageProblem("--models " + root + ": no such directory");
        }
        Map<Path, Optional<ReferenceAnswers>> models = ReferenceFiles.find(root);
        List<ReferenceCheck.Result> results = new ArrayList<>();
        try (Backend backend = BackendChoice.choose(config).backend()) {
            ReferenceCheck check = new ReferenceCheck(backend.kernels());
            for (var model : models.entrySet()) {
                screen.progress("models", results.size() / Product.values().length, models.size());
                for (Product product : List.of(Product.F32, Product.Q8)) {
                    results.add(check.run(model.getKey(), model.getValue(), product));
                }
            }
            boolean ok = !results.isEmpty() && results.stream().allMatch(ReferenceCheck.Result::ok);
            if (screen.json()) {
                screen.json(json(root, results, backend.description(), ok));
            } else {
                table(screen, root, results, backend.description());
            }
            return ok;
        }
    }

    private static void table(Screen screen, Path root, List<ReferenceCheck.Result> results, String backend) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADS);
        for (int i = 0; i < results.size(); i += 2) {
            ReferenceCheck.Result exact = results.get(i);
            ReferenceCheck.Result served = results.get(i + 1);
            rows.add(List.of(root.relativize(exact.model()).toString(), dash(exact.architecture()),
                    dash(exact.type()), number(exact.maxDifference()), number(exact.tolerance()),
                    number(served.maxDifference()), number(served.tolerance()),
                    exact.greedyEqual().map(equal -> equal ? "equal" : "other").orElse("-"),
                    exact.ok() && served.ok() ? "yes" : "NO"));
        }
        screen.line("largest logit difference to the reference, with exact products and as served; " + backend);
        screen.table(rows);
        screen.line("");
        screen.table(worst("architecture", results, ReferenceCheck.Result::architecture));
        screen.line("");
        screen.table(worst("type", results, ReferenceCheck.Result::type));
        results.stream().filter(result -> !result.ok()).forEach(result -> screen.line(
                "NO: " + root.relativize(result.model()) + ", " + name(result.product()) + ": "
                        + result.problem().orElse("")));
        long failed = results.stream().filter(result -> !result.ok()).count();
        screen.line(results.size() - failed + " of " + results.size() + " checks passed");
    }

    private static List<List<String>> worst(
            String head, List<ReferenceCheck.Result> results, Function<ReferenceCheck.Result, String> key) {
        Map<String, List<ReferenceCheck.Result>> groups = new TreeMap<>();
        results.stream().filter(result -> !Double.isNaN(result.tolerance())).forEach(result -> groups
                .computeIfAbsent(key.apply(result), name -> new ArrayList<>()).add(result));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(head, "models", "exact", "as served", "of allowed"));
        groups.forEach((name, group) -> {
            double share = group.stream().filter(result -> result.product() == Product.Q8)
                    .mapToDouble(result -> result.maxDifference() / result.tolerance()).max().orElse(Double.NaN);
            rows.add(List.of(name, Long.toString(group.stream().map(ReferenceCheck.Result::model).distinct().count()),
                    number(largest(group, Product.F32)), number(largest(group, Product.Q8)),
                    Double.isNaN(share) ? "-" : Math.round(100 * share) + " %"));
        });
        return rows;
    }

    private static double largest(List<ReferenceCheck.Result> group, Product product) {
        return group.stream().filter(result -> result.product() == product)
                .mapToDouble(ReferenceCheck.Result::maxDifference).max().orElse(Double.NaN);
    }

    private static ObjectNode json(
            Path root, List<ReferenceCheck.Result> results, String backend, boolean ok) {
        ObjectNode body = ApiClient.JSON.createObjectNode().put("backend", backend).put("ok", ok);
        ArrayNode items = body.putArray("models");
        for (ReferenceCheck.Result result : results) {
            ObjectNode item = items.addObject().put("model", root.relativize(result.model()).toString())
                    .put("architecture", result.architecture()).put("type", result.type())
                    .put("product", name(result.product())).put("reference", result.hasReference());
            put(item, "max_difference", result.maxDifference());
            put(item, "tolerance", result.tolerance());
            item.put("greedy_equal", result.greedyEqual().orElse(null)).put("ok", result.ok())
                    .put("problem", result.problem().orElse(null));
        }
        return body;
    }

    private static void put(ObjectNode node, String field, double value) {
        if (Double.isNaN(value)) {
            node.putNull(field);
        } else {
            node.put(field, value);
        }
    }

    private static String name(Product product) {
        return product.name().toLowerCase(Locale.ROOT);
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1e", value);
    }
}
