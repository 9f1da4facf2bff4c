package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Lists of the API as tables. */
final class Listing {

    private Listing() {}

    /** @param fields names of values, each a column; a path with dots reaches into a nested record */
    static List<List<String>> rows(JsonNode list, String... fields) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(heads(fields));
        for (JsonNode item : list.path("data")) {
            List<String> row = new ArrayList<>();
            for (String field : fields) {
                row.add(cell(item.at("/" + field.replace('.', '/')), field));
            }
            rows.add(row);
        }
        return rows;
    }

    private static List<String> heads(String... fields) {
        List<String> heads = new ArrayList<>();
        for (String field : fields) {
            heads.add(field.substring(field.lastIndexOf('.') + 1));
        }
        return heads;
    }

    private static String cell(JsonNode value, String field) {
        if (value.isNull() || value.isMissingNode()) {
            return "-";
        }
        if (field.endsWith("_at") || field.equals("created")) {
            return Printer.time(value);
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
