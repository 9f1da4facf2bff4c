package quern.benchmarks.letters;

import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;

/** What identifies a machine or a page: addresses on the web and of the network. */
final class FreshOnline {

    private static final String[] US_SITES = {"mychart.mercyridge.org", "portal.lakelandcare.com",
            "www.unitycarepay.net",
            "secure.pinecresthealth.us", "records.tri-valley-medical.com", "results.quantalab.io"};
    private static final String[] UK_SITES = {"www.mypatientpages.co.uk", "portal.northmoor.nhs.uk",
            "www.pay-invoice.uk",
            "results.calderclinic.org.uk"};
    private static final String[] DE_SITES = {"www.meine-praxis-online.de", "portal.klinikum-steinberg.de",
            "termine.gesundheit-nord.de", "www.kasse-digital.de", "upload.bg-portal.de"};
    private static final String[] US_MASKS = {"https://#/p/%######", "https://#/messages?id=%#####&t=@@%#@",
            "#/visit/@%####",
            "http://#/~u%####", "https://#:8443/share/%#######", "#/pay", "https://#/r/@@@%##/view.pdf"};
    private static final String[] DE_MASKS = {"https://#/termin/%#####", "#/p/@%####", "http://#/index.php?pid=%####",
            "https://#/befund/@@%##-%###", "#/rechnung"};

    private FreshOnline() {}

    static StyleSet.Slot write(FreshAsk ask) {
        return switch (ask.stem()) {
            case "url" -> FreshAsk.slot("url", url(ask));
            case "ip" -> FreshAsk.slot("ip", network(ask.value()));
            case "ipsix" -> FreshAsk.slot("ip", sixteenBytes(ask.value()));
            default -> null;
        };
    }

    private static String url(FreshAsk ask) {
        Random value = ask.value();
        String[] sites = switch (ask.land()) {
            case US -> US_SITES;
            case UK -> UK_SITES;
            case DE -> DE_SITES;
        };
        String mask = Persona.pick(ask.is(FreshAsk.Land.DE) ? DE_MASKS : US_MASKS, value);
        int site = mask.indexOf('#');
        String path = mask.substring(site + 1).replace("~", "\u0001");
        return mask.substring(0, site) + Persona.pick(sites, value) + ask.fill(path, value).replace('\u0001', '~');
    }

    private static String network(Random value) {
        return switch (value.nextInt(6)) {
            case 0 -> "10." + bytes(value, 3);
            case 1 -> "192.168." + bytes(value, 2);
            case 2 -> "172." + (16 + value.nextInt(16)) + "." + bytes(value, 2);
            case 3 -> sixteenBytes(value);
            default -> (23 + value.nextInt(180)) + "." + bytes(value, 3);
        };
    }

    private static String bytes(Random value, int count) {
        StringJoiner joined = new StringJoiner(".");
        for (int i = 0; i < count; i++) {
            joined.add(Integer.toString(1 + value.nextInt(254)));
        }
        return joined.toString();
    }

    private static String sixteenBytes(Random value) {
        return switch (value.nextInt(5)) {
            case 0 -> "2a02:" + groups(value, 7);
            case 1 -> "2001:db8:" + groups(value, 2) + "::" + groups(value, 1);
            case 2 -> "fe80::" + groups(value, 4);
            case 3 -> "::ffff:" + (60 + value.nextInt(140)) + "." + bytes(value, 3);
            default -> ("2600:" + groups(value, 3) + "::" + groups(value, 2)).toUpperCase(Locale.ROOT);
        };
    }

    private static String groups(Random value, int count) {
        StringJoiner joined = new StringJoiner(":");
        for (int i = 0; i < count; i++) {
            joined.add(Integer.toHexString(16 + value.nextInt(65000)));
        }
        return joined.toString();
    }
}
