from codes.search.memory import Memory


def test_what_was_put_is_there_and_what_was_not_is_none():
    memory: Memory[str] = Memory(2)
    assert memory.put(1, "one") == "one"
    assert memory.get(1) == "one"
    assert memory.get(2) is None
    memory.put(1, "uno")
    assert memory.get(1) == "uno"


def test_what_was_not_used_for_longest_is_forgotten():
    memory: Memory[str] = Memory(2)
    memory.put(1, "one")
    memory.put(2, "two")
    memory.get(1)
    memory.put(3, "three")
    assert [memory.get(key) for key in (1, 2, 3)] == ["one", None, "three"]
    memory.put(1, "uno")
    memory.put(4, "four")
    assert [memory.get(key) for key in (1, 3, 4)] == ["uno", None, "four"]
