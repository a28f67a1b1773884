"""Sentences in many languages with their words marked: gold for splitting, and what the cases in other languages are made of.

All written here. A `|` is a boundary between two words where no space stands; spaces are boundaries. One string a sentence.
"""

from __future__ import annotations

MARKED: dict[str, tuple[str, ...]] = {
    "eng_Latn": (
        "Mrs|. Ward's half|-|open door|, the one on 2nd Street|, wouldn't close|.",
        "\"|Is it the 3.5|-|litre model|?|\" he asked Dr|. Lee|.", "She paid 1,200.50 and left|.",
    ),
    "deu_Latn": (
        "Am 3|. Oktober fuhr Frau Dr|. Weiß nach Köln|.", "„|Geht's noch|?|“|, fragte er|.",
        "Die E|-|Mail kostet 1.000,50 Euro|, z.B|. monatlich|.",
    ),
    "fra_Latn": (
        "L'été dernier|, M|. Dupont n'était pas là|.", "« |Qu'y a|-|t|-|il |? » demanda|-|t|-|elle|.",
        "Aujourd'hui|, c'est l'île d'à côté|… et voilà|.",
    ),
    "spa_Latn": ("¿|Dónde está el Sr|. Núñez|?", "¡|No lo sé|!", "El niño compró 3,5 kg de manzanas|."),
    "ita_Latn": ("L'anno scorso il sig|. Rossi andò all'università|.", "Com'è bella|!", "Costa 2,50 euro|."),
    "por_Latn": ("O Sr|. João não comeu pão|-|de|-|ló|.", "Será possível|?", "Amanhã ver|-|se|-|á|."),
    "nld_Latn": ("'|s Avonds las hij zo'n foto's|-|boek|.", "Dhr|. de Vries kwam om 8.30 uur|.", "Mooi|!"),
    "swe_Latn": ("Våren är här|, t.ex|. i Malmö|.", "Är du hemma|?", "Ja|!"),
    "fin_Latn": ("Hän söi 2,5 omenaa|, esim|. eilen|.", "Missä asut|?", "Juhla on 6|. joulukuuta|."),
    "hun_Latn": ("Az árvíztűrő tükörfúrógép elromlott|.", "Hol van dr|. Kovács|?", "Március 15|. ünnep|."),
    "pol_Latn": ("Zażółć gęślą jaźń|, np|. jutro|.", "Gdzie jest ul|. Długa|?", "Tutaj|!"),
    "ces_Latn": ("Dne 28|. října přijel Ing|. Novák|.", "Kdo to byl|?", "Nevím|…"),
    "ron_Latn": ("Într|-|o zi dl|. Popescu a spus|: n|-|am timp|.", "Ce faci|?", "Bine|."),
    "tur_Latn": ("İstanbul'da Prof|. Şahin'i gördüm|.", "Neredesin|?", "Iğdır'dayım|."),
    "vie_Latn": ("Hôm nay trời đẹp|.", "Bạn có khỏe không|?", "Tôi đã mua 1.500 quyển sách|."),
    "ind_Latn": ("Anak|-|anak itu bermain di halaman|.", "Di mana dr|. Budi|?", "Harganya Rp5.000|!"),
    "swh_Latn": ("Ng'ombe wanakula nyasi shambani|.", "Unaitwa nani|?", "Asante sana|!"),
    "rus_Cyrl": ("А|. С|. Иванов живёт в г|. Туле с 1995 г|.", "Что это|? — Кто|-|то пришёл|.", "Цена — 1 500,5 руб|."),
    "ukr_Cyrl": ("П'ятеро дітей пішли до м|. Львова|.", "Де ти|?", "З'їли об'єкт|!"),
    "srp_Cyrl": ("Др Петровић је дошао 3|. маја|.", "Где си|?", "Ево ме|!"),
    "ell_Grek": ("Ο κ|. Παππάς ήρθε χθες|.", "Τι κάνεις|;", "Σ'αγαπώ|!"),
    "kat_Geor": ("დღეს კარგი ამინდია|.", "სად ხარ|?", "აქ ვარ|!"),
    "hye_Armn": ("Այսօր լավ եղանակ է|։", "Նա գնաց տուն|։"),
    "arb_Arab": ("ذهبَ الولدُ إلى المدرسةِ|، ثمّ عادَ|.", "هل رأيتَ الكتابَ|؟", "نعم|!"),
    "fas_Arab": ("او به خانه می‌رود|.", "کتاب‌ها کجا هستند|؟", "اینجا|!"),
    "urd_Arab": ("وہ گھر جا رہا ہے|۔", "کیا آپ ٹھیک ہیں|؟", "جی ہاں|۔"),
    "heb_Hebr": ("צה\"ל פרסם הודעה אתמול|.", "מה שלומך|?", "ד\"ר לוי הגיע|."),
    "hin_Deva": ("मैं आज विद्यालय नहीं गया|।", "क्या आप ठीक हैं|?", "हाँ|, मैं अच्छा हूँ|।"),
    "mar_Deva": ("मी शाळेत जातो|.", "तुम्ही कसे आहात|?", "मुलांनी पुस्तके वाचली|."),
    "ben_Beng": ("আমি আজ স্কুলে যাইনি|।", "তুমি কেমন আছ|?", "ভালো আছি|।"),
    "tam_Taml": ("நான் இன்று பள்ளிக்குச் சென்றேன்|.", "நீங்கள் எப்படி இருக்கிறீர்கள்|?", "நன்றி|!"),
    "tel_Telu": ("నేను ఈరోజు బడికి వెళ్ళాను|.", "మీరు ఎలా ఉన్నారు|?", "బాగున్నాను|!"),
    "mal_Mlym": ("ഞാൻ ഇന്ന് സ്കൂളിൽ പോയി|.", "നിങ്ങൾക്ക് സുഖമാണോ|?", "അവൻ വന്നു|."),
    "sin_Sinh": ("මම අද පාසල් ගියෙමි|.", "ඔබට කොහොමද|?", "ශ්‍රී ලංකාව ලස්සනයි|."),
    "amh_Ethi": ("ዛሬ ወደ ትምህርት ቤት ሄድኩ|።", "እንዴት ነህ|፧", "ደህና ነኝ|።"),
    "kor_Hang": ("저는 오늘 학교에 갔습니다|.", "점심은 먹었어요|?", "네|, 3.5인분을 먹었어요|!"),
    "jpn_Jpan": ("「|雨|が|降っ|て|い|ます|か|。|」|と|彼|は|聞い|た|。", "はい|、|今日|は|寒い|です|。", "本|を|3|冊|買い|まし|た|！"),
    "cmn_Hani": ("我们|昨天|去|了|图书馆|。", "你|喜欢|喝茶|吗|？", "“|当然|喜欢|！|”|他|笑|着|说|。"),
    "yue_Hani": ("今日|天氣|好|。", "你|食|咗|飯|未|？"),
    "tha_Thai": ("วันนี้|อากาศ|ร้อน", "แมว|ของ|ฉัน|ชอบ|ปลา"),
    "lao_Laoo": ("ຂ້ອຍ|ໄປ|ໂຮງຮຽນ|.", "ເຈົ້າ|ຢູ່ໃສ|?"),
    "khm_Khmr": ("ខ្ញុំ|ទៅ|សាលារៀន|។", "គាត់|មាន|សៀវភៅ|ពីរ|។"),
    "mya_Mymr": ("ကျွန်|တော် ကျောင်း|သွား|တယ်|။", "သူ စာ|အုပ် ဝယ်|ခဲ့|တယ်|။"),
    "bod_Tibt": ("ང་|སློབ་|གྲྭ་|ལ་|འགྲོ་|གི་|ཡིན|།", "ཁྱོད་|ག་|པར་|འགྲོ་|ག|།"),
}
UNSPACED = ("Jpan", "Hani", "Thai", "Laoo", "Khmr")  # scripts whose sentences follow each other without a space


def sentences(language: str) -> list[str]:
    """Return the sentences of a language as they are written."""
    return [sentence.replace("|", "") for sentence in MARKED[language]]


def words(language: str) -> list[list[str]]:
    """Return the words of each sentence; a tsheg is no word."""
    return [[word.rstrip("་") for part in sentence.split() for word in part.split("|") if word] for sentence in MARKED[language]]


def text(language: str) -> str:
    """Return the sentences of a language as one text."""
    between = "" if language[4:] in UNSPACED and language[4:] != "Thai" else " "
    return between.join(sentences(language))
