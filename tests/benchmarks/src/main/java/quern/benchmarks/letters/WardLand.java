package quern.benchmarks.letters;

import java.util.Random;

/** Where a letter is written: whose names, towns, numbers and dates it has. */
enum WardLand {
    US("english american american hispanic hispanic african chinese indian filipino korean vietnamese polish italian"
            + " arabic irish"),
    UK("english english english scottish welsh irish indian pakistani african polish balkan chinese arabic turkish"
            + " slavic"),
    IE("irish irish irish english polish balkan african filipino indian"),
    AU("english english scottish italian balkan vietnamese chinese pacific indian arabic irish"),
    CA("english scottish french french indian chinese filipino slavic persian korean pacific african"),
    DE("german german german german turkish turkish polish balkan arabic slavic persian vietnamese italian");

    private final String[] origins;

    WardLand(String origins) {
        this.origins = origins.split(" ");
    }

    String origin(Random random) {
        return origins[random.nextInt(origins.length)];
    }

    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
