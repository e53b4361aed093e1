//! What is cooked.

use super::shelf::{Pack, Shelf, dry, fresh, liquid};

const EGGS: Pack = Pack {
    base: "ea",
    purchase: "case",
    holds: "360",
    recipe: &["ea"],
    ratios: &[("tray", "30", "ea")],
    keeps_days: 28,
    has_barcode: true,
};

const HERBS: Pack = Pack {
    base: "kg",
    purchase: "bunch",
    holds: "0.5",
    recipe: &["g"],
    ratios: &[],
    keeps_days: 5,
    has_barcode: false,
};

const BREAD: Pack = Pack {
    base: "ea",
    purchase: "tray",
    holds: "24",
    recipe: &["ea"],
    ratios: &[("ea", "90", "g")],
    keeps_days: 3,
    has_barcode: false,
};

pub(super) const SHELVES: &[Shelf] = &[
    Shelf {
        prefix: "BEEF",
        path: ["Food", "Meat", "Beef"],
        pack: fresh("8.8", 21),
        goods: "Beef tenderloin, 2.2 kg piece:1450:เนื้อสันใน|Beef striploin:980:เนื้อสันนอก|Beef ribeye:1120|Beef \
            topside:420|Beef cheek:390|Beef short rib:560|Beef brisket:410:เสือร้องไห้|Beef mince 80/20:310:เนื้อบด|Beef \
            oxtail:350|Beef bones:85:กระดูกวัว",
    },
    Shelf {
        prefix: "PORK",
        path: ["Food", "Meat", "Pork"],
        pack: fresh("10", 10),
        goods: "Pork belly, skin on:215:หมูสามชั้น|Pork loin:190:สันนอกหมู|Pork tenderloin:230:สันในหมู|Pork neck:205:คอหมู|Pork \
            shoulder:165|Pork spare ribs:180:ซี่โครงหมู|Pork mince:150:หมูบด|Pork knuckle:120:ขาหมู|Pork bones:60:กระดูกหมู|Pork \
            liver:95:ตับหมู",
    },
    Shelf {
        prefix: "POUL",
        path: ["Food", "Meat", "Poultry"],
        pack: fresh("10", 7),
        goods: "Chicken thigh, boneless:112:สะโพกไก่|Chicken breast:128:อกไก่|Whole chicken:92:ไก่ทั้งตัว|Chicken \
            wings:98:ปีกไก่|Chicken bones:28:โครงไก่|Chicken liver:70:ตับไก่|Duck breast:420:อกเป็ด|Duck leg:260|Whole \
            duck:195:เป็ด|Turkey breast:340",
    },
    Shelf {
        prefix: "LAMB",
        path: ["Food", "Meat", "Lamb"],
        pack: fresh("6", 21),
        goods: "Lamb rack, frenched:1380|Lamb leg, boneless:720|Lamb shoulder:610|Lamb shank:540|Lamb loin:1150|Lamb \
            mince:480|Lamb neck:450|Lamb rump:820|Lamb kidney:240|Lamb bones:130",
    },
    Shelf {
        prefix: "DELI",
        path: ["Food", "Meat", "Delicatessen"],
        pack: dry("box", "5", 45),
        goods: "Cooked ham:320|Prosciutto, 14 months:1280|Smoked back bacon:410|Streaky bacon:380:เบคอน|Salami \
            Milano:760|Chorizo:690|Mortadella:520|Pastrami:880|Frankfurter sausage:260|Chinese sausage:340:กุนเชียง",
    },
    Shelf {
        prefix: "FISH",
        path: ["Food", "Seafood", "Fish"],
        pack: fresh("5", 3),
        goods: "Sea bass fillet:380:ปลากะพง|Salmon side:620:แซลมอน|Yellowfin tuna loin:740|Red snapper:340:ปลากะพงแดง|Grouper \
            fillet:460:ปลาเก๋า|Mackerel:160:ปลาทู|Barramundi, whole:240|Cod fillet:540|Smoked salmon:980|Anchovies, \
            fresh:140",
    },
    Shelf {
        prefix: "SHEL",
        path: ["Food", "Seafood", "Shellfish"],
        pack: fresh("10", 3),
        goods: "Black tiger prawn 16/20:520:กุ้งกุลาดำ|White prawn 31/40:310:กุ้งขาว|River prawn:780:กุ้งแม่น้ำ|Blue \
            crab:360:ปูม้า|Crab meat:690:เนื้อปู|Squid tubes:250:ปลาหมึก|Green mussel:95:หอยแมลงภู่|Scallop, half \
            shell:560|Rock lobster:1680:ล็อบสเตอร์|Clams:120:หอยลาย",
    },
    Shelf {
        prefix: "VEGE",
        path: ["Food", "Produce", "Vegetables"],
        pack: fresh("5", 7),
        goods: "Tomato:42:มะเขือเทศ|Cucumber:30:แตงกวา|Onion:28:หอมหัวใหญ่|Carrot:35:แครอท|Potato:38:มันฝรั่ง|Chinese \
            kale:45:คะน้า|Morning glory:32:ผักบุ้ง|Bell pepper, red:140:พริกหวาน|Broccoli:95:บรอกโคลี|Romaine lettuce:85",
    },
    Shelf {
        prefix: "HERB",
        path: ["Food", "Produce", "Herbs"],
        pack: HERBS,
        goods: "Lemongrass:60:ตะไคร้|Holy basil:90:กะเพรา|Thai basil:85:โหระพา|Coriander:120:ผักชี|Galangal:75:ข่า|Kaffir lime \
            leaf:180:ใบมะกรูด|Mint:130:สะระแหน่|Spring onion:80:ต้นหอม|Rosemary:420|Flat parsley:260",
    },
    Shelf {
        prefix: "FRUI",
        path: ["Food", "Produce", "Fruit"],
        pack: fresh("10", 7),
        goods: "Mango, nam dok mai:75:มะม่วง|Pineapple:25:สับปะรด|Watermelon:18:แตงโม|Papaya:28:มะละกอ|Lime:70:มะนาว|Banana:30:กล้วย|\
            Dragon fruit:55:แก้วมังกร|Orange:60:ส้ม|Passion fruit:90:เสาวรส|Strawberry:320:สตรอว์เบอร์รี",
    },
    Shelf {
        prefix: "DAIR",
        path: ["Food", "Dairy and eggs", "Dairy"],
        pack: liquid("12", 120),
        goods: "UHT cream 35%:135|UHT whole milk:48|Pasteurised milk:52:นม|Coconut cream:78:กะทิ|Cooking \
            cream:118|Buttermilk:95|Condensed milk:88:นมข้นหวาน|Evaporated milk:82|Oat drink:95|Natural yoghurt:90:โยเกิร์ต",
    },
    Shelf {
        prefix: "EGGS",
        path: ["Food", "Dairy and eggs", "Eggs"],
        pack: EGGS,
        goods: "Hen egg, size 0:4.6:ไข่ไก่ เบอร์ 0|Hen egg, size 2:4.1:ไข่ไก่ เบอร์ 2|Hen egg, free range:7.5|Duck egg:6.2:ไข่เป็ด|Quail \
            egg:1.8:ไข่นกกระทา|Salted egg:8.5:ไข่เค็ม|Century egg:9.5:ไข่เยี่ยวม้า|Hen egg, omega:6.8|Hen egg, size 4:3.6|Hen egg, \
            organic:9.2",
    },
    Shelf {
        prefix: "CHEE",
        path: ["Food", "Dairy and eggs", "Cheese"],
        pack: dry("box", "4", 60),
        goods: "Butter, unsalted:310:เนย|Mozzarella, fresh:420|Parmesan, 24 months:1180|Cheddar:460|Gruyère:980|Blue \
            cheese:890|Feta:520|Cream cheese:340|Mascarpone:560|Goat cheese:1040",
    },
    Shelf {
        prefix: "BAKE",
        path: ["Food", "Bakery", "Bread and pastry"],
        pack: BREAD,
        goods: "Croissant, butter:22|Burger bun, brioche:14|Sandwich loaf, sliced:55|Baguette:38|Ciabatta:28|Danish \
            pastry:26|Pain au chocolat:27|Pita bread:9|Tortilla wrap:8|Sourdough loaf:95",
    },
    Shelf {
        prefix: "RICE",
        path: ["Food", "Dry goods", "Rice and pasta"],
        pack: dry("bag", "15", 365),
        goods: "Jasmine rice:38:ข้าวหอมมะลิ|Sticky rice:36:ข้าวเหนียว|Basmati rice:78|Arborio rice:145|Rice noodle, \
            fresh:42:เส้นใหญ่|Rice noodle, dried:55:เส้นจันท์|Spaghetti:72|Penne:74|Couscous:120|Quinoa:260",
    },
    Shelf {
        prefix: "FLOU",
        path: ["Food", "Dry goods", "Flour and sugar"],
        pack: dry("sack", "25", 270),
        goods: "Wheat flour 550:32:แป้งสาลี|Cake flour:36|Bread flour:38|Rice flour:40:แป้งข้าวเจ้า|Tapioca \
            starch:34:แป้งมัน|White sugar:25:น้ำตาลทราย|Brown sugar:34|Icing sugar:48|Palm sugar:90:น้ำตาลปี๊บ|Dark chocolate \
            70%:420",
    },
    Shelf {
        prefix: "OILS",
        path: ["Food", "Dry goods", "Oils"],
        pack: liquid("20", 540),
        goods: "Olive oil, extra virgin:340|Olive oil, pomace:190|Sunflower oil:62|Palm oil:42:น้ำมันปาล์ม|Soybean \
            oil:48:น้ำมันถั่วเหลือง|Rice bran oil:58:น้ำมันรำข้าว|Sesame oil:260:น้ำมันงา|Canola oil:66|Coconut oil:210|Truffle oil:1650",
    },
    Shelf {
        prefix: "SAUC",
        path: ["Food", "Dry goods", "Sauces"],
        pack: liquid("12", 540),
        goods: "Fish sauce:52:น้ำปลา|Light soy sauce:58:ซีอิ๊วขาว|Dark soy sauce:66:ซีอิ๊วดำ|Oyster sauce:84:ซอสหอยนางรม|Sriracha \
            sauce:95:ซอสศรีราชา|Tomato ketchup:78|Worcestershire sauce:180|Rice vinegar:64:น้ำส้มสายชู|Balsamic \
            vinegar:290|Mayonnaise:115",
    },
    Shelf {
        prefix: "SPIC",
        path: ["Food", "Dry goods", "Spices"],
        pack: dry("pack", "0.5", 540),
        goods: "Black pepper, whole:420:พริกไทยดำ|White pepper, ground:480:พริกไทยขาว|Cumin seed:310|Coriander seed:190|Cinnamon \
            stick:360:อบเชย|Star anise:540:โป๊ยกั๊ก|Turmeric, ground:170:ขมิ้น|Paprika, smoked:520|Cardamom:1450:กระวาน|Sea salt \
            flakes:280",
    },
    Shelf {
        prefix: "CANN",
        path: ["Food", "Dry goods", "Canned goods"],
        pack: dry("case", "15", 720),
        goods: "Peeled tomatoes:75|Tomato paste:110|Tuna in oil:240|Chickpeas:68|Red kidney beans:66|Sweet \
            corn:72|Bamboo shoots:58:หน่อไม้|Lychee in syrup:95:ลิ้นจี่|Capers:390|Olives, Kalamata:320",
    },
    Shelf {
        prefix: "THAI",
        path: ["Food", "Dry goods", "Thai dry goods"],
        pack: dry("carton", "10", 365),
        goods: "Red curry paste:140:พริกแกงแดง|Green curry paste:145:พริกแกงเขียวหวาน|Massaman curry paste:160:พริกแกงมัสมั่น|Tamarind \
            paste:95:น้ำมะขามเปียก|Dried shrimp:520:กุ้งแห้ง|Dried chilli:180:พริกแห้ง|Shrimp paste:130:กะปิ|Roasted \
            peanuts:85:ถั่วลิสง|Fried shallots:210:หอมเจียว|Glass noodles:120:วุ้นเส้น",
    },
    Shelf {
        prefix: "FROZ",
        path: ["Food", "Frozen", "Frozen food"],
        pack: dry("carton", "10", 540),
        goods: "French fries 9 mm:88:เฟรนช์ฟรายส์|Green peas:76|Mixed vegetables:68|Spinach, chopped:92|Puff pastry \
            sheets:145|Spring roll wrappers:130:แผ่นปอเปี๊ยะ|Berry mix:240|Vanilla ice cream:185:ไอศกรีมวานิลลา|Mango \
            sorbet:210|Edamame:110",
    },
];
