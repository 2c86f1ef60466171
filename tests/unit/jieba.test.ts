/** @file jieba gives the words that Python's jieba 0.42.1 gives. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jieba } from "../../src/text/jieba";

const words = (text: string): string[] => text.split("/");

describe("jieba", () => {
  it("cuts as Python, with and without the model for unknown words", () => {
    assert.deepEqual([...jieba.cut("质量太差了")], words("质量/太差/了"));
    assert.deepEqual(jieba.lcut("质量太差了", { HMM: false }), words("质量/太/差/了"));
    assert.deepEqual(jieba.lcut("质量太差了", false, false), words("质量/太/差/了"));
    assert.deepEqual(jieba.lcut("我来到北京清华大学"), words("我/来到/北京/清华大学"));
    assert.deepEqual(jieba.lcut("他来到了网易杭研大厦"), words("他/来到/了/网易/杭研/大厦"));
    assert.deepEqual(
      jieba.lcut("小明硕士毕业于中国科学院计算所，后在日本京都大学深造"),
      words("小明/硕士/毕业/于/中国科学院/计算所/，/后/在/日本京都大学/深造"),
    );
  });

  it("keeps numbers, Latin words, spaces and symbols as Python does", () => {
    assert.deepEqual(jieba.lcut("价格是3.14元，涨幅12.5%！"), [
      "价格",
      "是",
      "3.14",
      "元",
      "，",
      "涨幅",
      "12.5%",
      "！",
    ]);
    assert.deepEqual(jieba.lcut("Hello World 你好\r\n世界\t"), [
      "Hello",
      " ",
      "World",
      " ",
      "你好",
      "\r\n",
      "世界",
      "\t",
    ]);
    assert.deepEqual(jieba.lcut("😀表情包👍不错"), ["😀", "表情", "包", "👍", "不错"]);
    assert.deepEqual(jieba.lcut("买A股和U盘"), ["买", "A股", "和", "U盘"]);
    assert.deepEqual(jieba.lcut(""), []);
    assert.throws(() => jieba.lcut(3 as unknown as string), /must be a string, got number/);
  });

  it("gives every word, and the search engine's words", () => {
    assert.deepEqual(
      jieba.lcut("我来到北京清华大学", { cut_all: true }),
      words("我/来到/北京/清华/清华大学/华大/大学"),
    );
    assert.deepEqual(
      jieba.lcut_for_search("小明硕士毕业于中国科学院计算所"),
      words("小明/硕士/毕业/于/中国/科学/学院/科学院/中国科学院/计算/计算所"),
    );
    assert.deepEqual(
      [...jieba.tokenize("永和服装饰品有限公司")],
      [
        ["永和", 0, 2],
        ["服装", 2, 4],
        ["饰品", 4, 6],
        ["有限公司", 6, 10],
      ],
    );
  });

  it("takes user words, and gives them up again", () => {
    const own = new jieba.Tokenizer();
    const text = "李小福是创新办主任也是云计算方面的专家";
    assert.deepEqual(own.lcut(text), words("李小福/是/创新/办/主任/也/是/云/计算/方面/的/专家"));
    own.load_userdict(["云计算 5", "李小福 2 nr", "创新办 3 i", ""]);
    assert.deepEqual(own.lcut(text), words("李小福/是/创新办/主任/也/是/云计算/方面/的/专家"));
    own.del_word("云计算");
    assert.deepEqual(own.lcut(text), words("李小福/是/创新办/主任/也/是/云/计算/方面/的/专家"));
    assert.deepEqual(
      own.lcut("如果放到post中将出错。", { HMM: false }),
      words("如果/放到/post/中将/出错/。"),
    );
    assert.equal(own.suggest_freq(["中", "将"], true), 494);
    assert.deepEqual(
      own.lcut("如果放到post中将出错。", { HMM: false }),
      words("如果/放到/post/中/将/出错/。"),
    );
    assert.deepEqual(
      own.lcut("「台中」正确应该不会被切开", { HMM: false }),
      words("「/台/中/」/正确/应该/不会/被/切开"),
    );
    own.suggest_freq("台中", true);
    assert.deepEqual(
      own.lcut("「台中」正确应该不会被切开", { HMM: false }),
      words("「/台中/」/正确/应该/不会/被/切开"),
    );
    assert.deepEqual(jieba.lcut("云计算"), words("云/计算"));
    assert.throws(() => own.load_userdict("/no/such/file"), /no such file/);
  });

  it("tags words and ranks keywords", () => {
    const pairs = jieba.posseg.lcut("我爱北京天安门").map(({ word, flag }) => `${word}/${flag}`);
    assert.deepEqual(pairs, ["我/r", "爱/v", "北京/ns", "天安门/ns"]);
    const text = "自然语言处理是人工智能的一个方向，语言很难";
    const tags = jieba.analyse.extract_tags(text, { topK: 3, withWeight: true });
    const expected: [string, number][] = [
      ["自然语言", 1.490706],
      ["人工智能", 1.351147],
      ["很难", 0.9435632],
    ];
    assert.deepEqual(
      tags.map(([word, weight]) => [word, Number(weight.toPrecision(7))]),
      expected,
    );
    assert.deepEqual(
      jieba.analyse.extract_tags(text, 3),
      expected.map(([word]) => word),
    );
  });
});
