"""Predictions: who answers when an attribute is read. Replace each ... by one of the choices in README.md."""

PREDICTIONS = {
    # What comes back? thing is an instance of Thing, which has x in its body.
    "non_data": "instance",  # x = NonData(); vars(thing)["x"] = "instance"; thing.x
    "data": "descriptor",  # x = Data(); vars(thing)["x"] = "instance"; thing.x
    "no_setter": "descriptor",  # x = property(lambda self: "descriptor"); as before
    "set_only": "instance",  # x = SetOnly(); as before
    "set_only_alone": "object",  # x = SetOnly(); thing.x
    "delete_only": "AttributeError",  # x = GetAndDelete(); thing.x = "instance"; thing.x
    "child": "class",  # x = Data(); class Child(Thing): x = "class"; Child().x
    "class_assigned": "class",  # x = Data(); Thing.x = "class"; thing.x
    "in_the_instance": "object",  # thing.y = Data(); thing.y
    "meta_data": "descriptor",  # type(Thing) has x = Data(), Thing has x = "class"; Thing.x
    "meta_non_data": "class",  # type(Thing) has x = NonData(), Thing has x = "class"; Thing.x
    "meta_below": "AttributeError",  # type(Thing) has y = Data(), Thing has no y; thing.y
    "getter_fails": "fallback",  # the getter of a property raises AttributeError; Thing has a __getattr__
    # Which number?
    "length": 1,  # Thing has a __len__ that returns 1; thing.__len__ = lambda: 2; len(thing)
    "named_late": 0,  # calls of __set_name__ for Thing.x = Data(), after the class was made: 0 or 1
}
