package quern.curation.deident;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who and what is numbered, in English and German: people at their work or in a list, things that are handed out,
 * stored, driven or entered in a register. The number may follow at once and may be short.
 */
final class NumberedWords {

    /** How much of a number there has to be behind a word. */
    enum Need {
        /** Somebody: three characters, two of them digits. */
        PERSON,
        /** A thing that is numbered and never counted: two characters. */
        THING,
        /** Something that a count, a size or a year may follow, too: three digits, or letters and digits. */
        DOUBTFUL,
        /** Something that drives: four digits, or letters and digits. */
        VEHICLE,
        /** A form, most of which are everybody's: six digits, behind a word for "number". */
        FORM
    }

    private static final Set<String> PEOPLE = words("""
            officer ofc ofcr offr constable pc wpc dc dci di dsgt sgt sergeant corporal detective det inspector insp
            trooper deputy ranger warden marshal guard bailiff clerk cashier teller operator opr oper dispatcher
            calltaker responder csr csa rep representative agent agt advisor adviser adjuster adjustor assessor
            examiner investigator caseworker socialworker cw sw worker technician tech engineer fitter electrician
            plumber mechanic installer operative driver drvr drv courier rider conductor pilot copilot skipper guide
            steward stewardess attendant server waiter waitress bartender barista associate assoc employee emp staff
            stylist groomer therapist instructor trainer tutor teacher counsellor counselor interpreter translator
            notary surveyor appraiser valuer broker realtor auditor controller grader juror witness referee umpire
            entrant competitor contestant candidate runner swimmer player bidder buyer seller consignor vendor
            supplier contractor donor donator volunteer recruit cadet inmate prisoner detainee offender arrestee
            lessee shareholder subscriber delegate attendee participant passenger pax patron borrower reader voter user
            farmer grower breeder picker packer loader checker counter sorter weigher handler keyholder collector
            salesman salesperson salesrep registrar curator archivist librarian proctor invigilator marker assessor
            shopper postie purser bosun stevedore linesman signalman
            firefighter ff paramedic emt medic lifeguard usher porter janitor caretaker foreman supervisor super mgr
            manager planner buyer scheduler reviewer underwriter processor handler originator lender medic vet
            beamter beamtin sachbearbeiter sachbearbeiterin bearbeiter bearbeiterin sb mitarbeiter mitarbeiterin
            fahrer fahrerin zusteller zustellerin bote botin monteur monteurin techniker technikerin kassierer
            kassiererin kassier bediener bedienerin pr\u00FCfer pr\u00FCferin gutachter sch\u00F6ffe sch\u00F6ffin
            teilnehmer teilnehmerin bieter bieterin spender spenderin mitglied vertreter berater beraterin
            verk\u00E4ufer verk\u00E4uferin vermittler schaffner schaffnerin wachmann pf\u00F6rtner schiedsrichter
            l\u00E4ufer l\u00E4uferin starter kandidat kandidatin pr\u00FCfling z\u00FCchter z\u00FCchterin halter
            disponent lagerist kommissionierer einlieferer gefangener gefangene inhaftierter mandant leser leserin
            """);
    private static final Set<String> THINGS = words("""
            receipt receipts rcpt docket chit slip stub ticket tickets tkt token voucher coupon stamp locker lockbox
            keysafe key keys fob badge tag tags seal seals plot grave niche vault registration folio entry
            precinct pct paddle bib kennel cage pen stall berth mooring cabin hangar pitch bunk cell lockup deposit
            envelope env parcel package pkg pallet pan chk schein teamz tresor crate carton container cylinder
            meter metre handset bodycam bwc
            radio walkie terminal till kiosk atm film cassette slide exhibit evidence property specimen
            sample swab vial waybill consignment manifest warrant summons writ citation infringement infraction
            notice instrument deed title permit pass railcard buscard travelcard librarycard passbook cheque chq
            matter matters invoice inv estimate quote quotation workorder wo jobsheet job run
            dispatch callout incident inc event rpt report apparatus panel sensor transponder toll
            allotment pigeonhole mailbox pobox hearing courtroom exam scantron script answersheet centre candidacy
            wristband bracelet lanyard helmet shirt jersey squadnumber loft aviary paddock hutch tank
            transaction trans txn trx auth authorisation authorization approval docket
            rego tattoo microchip ring earmark herd flock hive holding brand collar leash litter pedigree studbook
            accession catalogue callmark shelfmark barcode scan ledger claim bond
            beleg belege bon quittung quittg quitt kassenbon schl\u00FCssel spind schlie\u00DFfach fach
            plombe siegel marke wertmarke geb\u00FChrenmarke pfandmarke garderobe garderobenmarke los
            film streifen asservat spurennummer akte karteikarte karte kt kartei band ohrmarke
            chip ring ringnummer zuchtbuch stockmass z\u00E4hler messstelle terminal kasse filiale automat
            gerichtsakte registerblatt eintrag urkunde stempel siegelnummer
            liegeplatz stellplatz bootsplatz parzelle garten grab grabstelle grabfeld urnengrab flurst\u00FCck
            startplatz startnummer nummer paket sendung palette kiste karton beh\u00E4lter flasche zylinder
            leihschein lieferschein frachtbrief fahrschein fahrkarte abo mandat bescheid vorgang auftrag
            reservierung buchung terminbuchung anmeldung bestellung gutschein
            """);
    private static final Set<String> DOUBTFUL = words("""
            register item items lot lots bag bags box tray rack shelf bay desk booth seat unit roll batch team squad
            crew route stop zone sector beat file record card cards disc disk branch pump tank boat account contract
            order sale job task project asset tool alarm folder dossier posten tisch platz kiste los partie charge
            trupp strecke tour filiale konto vertrag bestellung verkauf ger\u00E4t werkzeug
            """);
    private static final Set<String> VEHICLES = words("""
            bus van truck lorry tractor trailer trlr cab taxi tram train loco coach ambulance engine ladder medic rig
            cruiser patrol squad vehicle veh fleet forklift boat vessel ferry barge car cars wagon aircraft
            helicopter tail lkw anh\u00E4nger auflieger zug wagen bahn stra\u00DFenbahn taxi boot schiff
            stapler fahrzeug fzg
            """);
    private static final Set<String> FORMS = words("form forms vordruck formular document dokument");
    /** Before a doubtful word: it is one of many then, and has a number. */
    private static final Set<String> KEPT = words("deposit evidence property storage lock letter fleet staff crew "
            + "customs driver operator police mail");
    /** Whose code is secret or somebody's: {@code gate code}, {@code alarm PIN}. */
    private static final Set<String> GUARDED = words("""
            gate door garage spare temporary backup master access entry entrance alarm keysafe key safe
            lockbox lock security
            pin puk voicemail
            portal wifi verification one-time otp pass lunch student customer client member user login override
            duress disarm intercom buzzer building padlock locker vault unlock pickup collection return claim sms
            branch store till register override auth authorisation authorization approval redemption discount referral
            t\u00FCr tor haust\u00FCr alarm zugangs tresor schlie\u00DFfach schl\u00FCsselbox keybox schl\u00F6sser
            """);
    private static final Set<String> CODES = words("code pin combo combination passcode keycode puk tan kombination");
    private static final Set<String> SECRETS = words("pin puk tan passcode keycode otp");
    /** Last parts of German compounds for what is handed out or stored. */
    private static final String[] ENDINGS = {"marke", "schein", "buchung", "schl\u00FCssel", "beleg", "ticket",
        "fach", "spind", "plombe", "siegel", "film", "bescheid", "antrag", "auftrag", "urkunde",
        "stellplatz", "liegeplatz", "karte", "ausweis", "kasse", "protokoll", "meldung", "akte", "bon",
        "grab", "parzelle", "tresor", "vertrag", "paket", "sendung"};
    private static final int COMPOUND_CHARS_MIN = 3;

    private static final Map<String, Need> NEEDS = needs();

    private NumberedWords() {}

    private static Set<String> words(String words) {
        Set<String> all = new HashSet<>();
        for (String word : words.strip().split("\\s+")) {
            all.add(word);
        }
        return Set.copyOf(all);
    }

    private static Map<String, Need> needs() {
        Map<String, Need> needs = new HashMap<>();
        FORMS.forEach(word -> needs.putIfAbsent(word, Need.FORM));
        VEHICLES.forEach(word -> needs.putIfAbsent(word, Need.VEHICLE));
        DOUBTFUL.forEach(word -> needs.putIfAbsent(word, Need.DOUBTFUL));
        THINGS.forEach(word -> needs.putIfAbsent(word, Need.THING));
        PEOPLE.forEach(word -> needs.putIfAbsent(word, Need.PERSON));
        return Map.copyOf(needs);
    }

    /** What has to stand behind a word; null where nothing is numbered by it. */
    static Need needOf(String lower) {
        Need need = NEEDS.get(lower);
        if (need != null || lower.length() < 6) {
            return need;
        }
        for (String ending : ENDINGS) {
            if (lower.length() >= ending.length() + COMPOUND_CHARS_MIN && lower.endsWith(ending)) {
                return Need.THING;
            }
        }
        return null;
    }

    static boolean isPerson(String lower) {
        return PEOPLE.contains(lower);
    }

    static boolean isKept(String lower) {
        return KEPT.contains(lower);
    }

    /** Whether a word is the name of a secret number by itself. */
    static boolean isSecret(String lower) {
        return SECRETS.contains(lower);
    }

    /** Whether a word before it makes a code one that not everybody may know. */
    static boolean isGuarded(String lower) {
        return GUARDED.contains(lower);
    }

    static boolean isCode(String lower) {
        return CODES.contains(lower);
    }
}
