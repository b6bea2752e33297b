class Variable:
    @classmethod
    def get(cls, name):
        return "variable " + name
